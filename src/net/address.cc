#include "net/address.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>

namespace pdns::net {
namespace {

constexpr std::size_t kPathMost = sizeof(sockaddr_un::sun_path) - 1;

Result<Address> UnixAddress(const std::string& path) {
  Address address;
  std::string shorter = path;
  if (path.size() > kPathMost) {
    const std::size_t slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    address.folder = Descriptor(open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!address.folder.valid()) return Status::Errno("socket " + path + ": its folder", errno);
    shorter = "/proc/self/fd/" + std::to_string(address.folder.get()) + "/" +
              path.substr(slash == std::string::npos ? 0 : slash + 1);
  }
  if (path.empty() || path.back() == '/' || shorter.size() > kPathMost ||
      path.find('\0') != std::string::npos) {
    return Status::Usage("socket " + path + ": no such path can be a socket's");
  }
  sockaddr_un to_fill{};
  to_fill.sun_family = AF_UNIX;
  shorter.copy(to_fill.sun_path, shorter.size());
  std::memcpy(&address.storage, &to_fill, sizeof to_fill);
  address.size = static_cast<socklen_t>(sizeof to_fill);
  return address;
}

std::string UnixText(const sockaddr_storage& storage, socklen_t size) {
  constexpr std::size_t kPathAt = offsetof(sockaddr_un, sun_path);
  if (size <= kPathAt) return {};
  std::string text(reinterpret_cast<const char*>(&storage) + kPathAt, size - kPathAt);
  if (text.front() == '\0') {
    text.front() = '@';
    return text;
  }
  return text.substr(0, text.find('\0'));
}

std::string TcpText(const sockaddr_storage& storage, socklen_t size) {
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  if (getnameinfo(reinterpret_cast<const sockaddr*>(&storage), size, host.data(),
                  static_cast<socklen_t>(host.size()), port.data(),
                  static_cast<socklen_t>(port.size()), NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return {};
  }
  const std::string name = host.data();
  return (storage.ss_family == AF_INET6 ? "[" + name + "]" : name) + ":" + port.data();
}

Result<Address> TcpAddress(std::string_view text) {
  const Status unfit = Status::Usage("address " + std::string(text) +
                                     ": ADDRESS:PORT with a numeric address is wanted, as in "
                                     "127.0.0.1:6000 or [::1]:6000");
  const std::size_t colon = text.rfind(':');
  std::string host(colon == std::string_view::npos ? "" : text.substr(0, colon));
  const std::string port(colon == std::string_view::npos ? text : text.substr(colon + 1));
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  // getaddrinfo takes "*" for the loopback, which nobody who writes it means.
  if (host == "*" || bracketed != (host.find(':') != std::string::npos)) return unfit;
  if (host.empty()) host = "127.0.0.1";
  const bool digits =
      !port.empty() && port.size() <= 5 &&
      std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || std::stoi(port) > 0xffff || host.find('\0') != std::string::npos) return unfit;

  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) return unfit;
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  Address address;
  std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
  address.size = found->ai_addrlen;
  return address;
}

}  // namespace

Result<Address> AddressOf(const Endpoint& endpoint) {
  return endpoint.kind == Endpoint::Kind::kUnix ? UnixAddress(endpoint.text)
                                                : TcpAddress(endpoint.text);
}

std::string TextOf(const sockaddr_storage& storage, socklen_t size) {
  if (storage.ss_family == AF_UNIX) return UnixText(storage, size);
  if (storage.ss_family == AF_INET || storage.ss_family == AF_INET6) return TcpText(storage, size);
  return {};
}

}  // namespace pdns::net
