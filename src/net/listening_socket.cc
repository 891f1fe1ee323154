#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "net/accounts.h"
#include "net/address.h"
#include "net/endpoint.h"

namespace pdns::net {
namespace {

constexpr int kBacklog = 128;
constexpr int kType = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;

int Option(int fd, int name) {
  int value = 0;
  socklen_t size = sizeof value;
  return getsockopt(fd, SOL_SOCKET, name, &value, &size) == 0 ? value : 0;
}

void Set(int fd, int level, int name, int value) {
  setsockopt(fd, level, name, &value, sizeof value);
}

// Connections inherit it: a peer whose machine is gone is found out after two minutes.
void KeepAlive(int fd) {
  Set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  Set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 60);
  Set(fd, IPPROTO_TCP, TCP_KEEPINTVL, 15);
  Set(fd, IPPROTO_TCP, TCP_KEEPCNT, 4);
}

// Makes way for a new socket at `path`, or says who is in it.
Status ClearPath(const std::string& path, const Address& address) {
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) return {};
  if (!S_ISSOCK(info.st_mode)) {
    return Status::Usage("socket " + path + ": a file that is no socket is in its place");
  }
  const Descriptor probe(socket(AF_UNIX, kType, 0));
  const bool refused =
      connect(probe.get(), address.get(), address.size) != 0 && errno == ECONNREFUSED;
  if (!refused) {
    const ucred holder = [&probe] {
      ucred credentials{};
      socklen_t size = sizeof credentials;
      getsockopt(probe.get(), SOL_SOCKET, SO_PEERCRED, &credentials, &size);
      return credentials;
    }();
    return Status::Io("socket " + path + ": a live process listens on it" +
                      (holder.pid > 0 ? " (pid " + std::to_string(holder.pid) + ")" : ""));
  }
  if (unlink(path.c_str()) != 0)
    return Status::Errno("socket " + path + ": cannot be replaced", errno);
  return {};
}

constexpr id_t kAsIs = static_cast<id_t>(-1);

struct Owners {
  id_t user = kAsIs;
  id_t group = kAsIs;
};

Result<Owners> OwnersOf(const Access& access) {
  Owners owners;
  if (!access.owner.empty()) {
    const auto user = UserNumber(access.owner);
    if (!user) return Status::Usage("no such user: " + access.owner);
    owners.user = *user;
  }
  if (!access.group.empty()) {
    const auto group = GroupNumber(access.group);
    if (!group) return Status::Usage("no such group: " + access.group);
    owners.group = *group;
  }
  return owners;
}

Status SetAccessOf(const std::string& path, const Access& access) {
  const auto owners = OwnersOf(access);
  if (!owners.ok()) return Status::Usage("socket " + path + ": " + owners.status().message());
  const bool given = owners->user != kAsIs || owners->group != kAsIs;
  if (given && lchown(path.c_str(), owners->user, owners->group) != 0)
    return Status::Errno("socket " + path + ": its owner cannot be set", errno);
  if (chmod(path.c_str(), access.mode) != 0)
    return Status::Errno("socket " + path + ": its mode cannot be set", errno);
  return {};
}

std::string IdOf(dev_t device, ino_t inode) {
  return std::to_string(device) + ':' + std::to_string(inode);
}

}  // namespace

std::string SocketFileId(const std::string& path) {
  struct stat info {};
  const bool there = lstat(path.c_str(), &info) == 0 && S_ISSOCK(info.st_mode);
  return there ? IdOf(info.st_dev, info.st_ino) : std::string();
}

Status CheckAccess(const Access& access) { return OwnersOf(access).status(); }

ListeningSocket::ListeningSocket(Endpoint endpoint, Descriptor fd)
    : endpoint_(std::move(endpoint)), fd_(std::move(fd)) {}

Result<ListeningSocket> ListeningSocket::Open(const Endpoint& endpoint, const Access& access) {
  ListeningSocket made(endpoint, Descriptor());
  const bool local = endpoint.kind == Endpoint::Kind::kUnix;
  Status opened = local ? made.OpenUnix(access) : made.OpenTcp();
  if (!opened.ok()) return opened;
  return made;
}

Status ListeningSocket::OpenUnix(const Access& access) {
  const std::string& path = endpoint_.text;
  const auto address = AddressOf(endpoint_);
  if (!address.ok()) return address.status();
  if (Status clear = ClearPath(path, *address); !clear.ok()) return clear;
  fd_ = Descriptor(socket(AF_UNIX, kType, 0));
  if (bind(fd_.get(), address->get(), address->size) != 0 || !KnowFile())
    return Status::Errno("socket " + path + ": cannot be made", errno);
  // Nobody can connect before listen().
  if (Status set = SetAccessOf(path, access); !set.ok()) return set;
  if (listen(fd_.get(), kBacklog) != 0)
    return Status::Errno("socket " + path + ": cannot be listened on", errno);
  return {};
}

Status ListeningSocket::OpenTcp() {
  const auto address = AddressOf(endpoint_);
  if (!address.ok()) return address.status();
  fd_ = Descriptor(socket(address->storage.ss_family, kType, 0));
  Set(fd_.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  // [::] means IPv6 only: each address that is listened on has been named.
  if (address->storage.ss_family == AF_INET6) Set(fd_.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  KeepAlive(fd_.get());
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  if (bind(fd_.get(), address->get(), address->size) != 0 || listen(fd_.get(), kBacklog) != 0 ||
      getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&bound), &size) != 0) {
    return Status::Errno("address " + endpoint_.text + ": cannot be listened on", errno);
  }
  endpoint_.text = TextOf(bound, size);
  return {};
}

Result<ListeningSocket> ListeningSocket::Adopt(Descriptor fd, bool owns_file, std::string path) {
  const std::string what = "descriptor " + std::to_string(fd.get());
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  if (Option(fd.get(), SO_TYPE) != SOCK_STREAM || Option(fd.get(), SO_ACCEPTCONN) == 0 ||
      getsockname(fd.get(), reinterpret_cast<sockaddr*>(&bound), &size) != 0) {
    return Status::Usage(what + ": not a listening stream socket");
  }
  const bool local = bound.ss_family == AF_UNIX;
  const std::string text = local && !path.empty() ? std::move(path) : TextOf(bound, size);
  if (text.empty()) return Status::Usage(what + ": neither a Unix nor a TCP socket");
  fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
  fcntl(fd.get(), F_SETFL, fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
  if (!local) KeepAlive(fd.get());
  ListeningSocket adopted(
      Endpoint{local ? Endpoint::Kind::kUnix : Endpoint::Kind::kTcp, text, false}, std::move(fd));
  if (local && owns_file) adopted.KnowFile();
  return adopted;
}

Status ListeningSocket::SetAccess(const Access& access) const {
  return file_.owned ? SetAccessOf(endpoint_.text, access) : Status();
}

bool ListeningSocket::KnowFile() {
  struct stat info {};
  if (lstat(endpoint_.text.c_str(), &info) != 0 || !S_ISSOCK(info.st_mode)) return false;
  file_ = {true, info.st_dev, info.st_ino};
  return true;
}

std::string ListeningSocket::file_id() const {
  return file_.owned ? IdOf(file_.device, file_.inode) : std::string();
}

void ListeningSocket::Remove() {
  const bool kept = kept_ != nullptr && *kept_;
  if (fd_.valid() && file_.owned && !kept && SocketFileId(endpoint_.text) == file_id())
    unlink(endpoint_.text.c_str());
  file_.owned = false;
}

ListeningSocket::~ListeningSocket() { Remove(); }

ListeningSocket& ListeningSocket::operator=(ListeningSocket&& other) noexcept {
  if (this == &other) return *this;
  Remove();
  endpoint_ = std::move(other.endpoint_);
  fd_ = std::move(other.fd_);
  file_ = other.file_;
  kept_ = std::move(other.kept_);
  return *this;
}

Descriptor ListeningSocket::Release() {
  file_.owned = false;
  return std::move(fd_);
}

}  // namespace pdns::net
