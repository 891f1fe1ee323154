// Where dnstap comes in, as people write it, and the socket that listens there:
// text -> [Endpoint] -> ListeningSocket -> frame::Listener.
//
// The reader creates the socket. On a Unix path a file left by a dead process is replaced; a socket
// that a live process holds, and a file that is no socket, are never touched. Resolvers run as
// users of their own: such a file is group-writable (0660) unless told otherwise. A path may be
// longer than the 107 bytes that the system's address holds, as long as its last part is short. TCP
// addresses are numeric; nothing is looked up. Descriptors made here are close-on-exec.
//
// Functions: any thread. A ListeningSocket: one thread at a time.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/status.h"
#include "net/descriptor.h"

namespace pdns::net {

// Who may connect to a Unix socket's file. Names or numbers; empty: as the process makes it.
struct Access {
  mode_t mode = 0660;
  std::string owner;
  std::string group;
};

// kUsage: no such user, no such group.
Status CheckAccess(const Access& access);

struct Endpoint {
  enum class Kind : std::uint8_t { kUnix, kTcp };
  Kind kind = Kind::kUnix;
  std::string text;  // "/run/x.sock", "127.0.0.1:6000", "[::1]:6000"; "@name": abstract (adopted)
  bool tls = false;
};

// "127.0.0.1:6000", "[::1]:6000"; "6000" and ":6000" mean loopback (127.0.0.1). Port 0 is one that
// the system chooses. kUsage: anything else, host names too.
Result<Endpoint> ParseTcp(std::string_view text);

// A connected, blocking socket. Waits 10 s at most. kNoInput: nobody listens there; kUsage: no such
// address can be; kDenied: the file or a folder above it is not for this user; kIo: the rest.
Result<Descriptor> Connect(const Endpoint& endpoint);

// The other end of a connected socket, for people: "pid 4711" on a Unix socket, "192.0.2.1:4711".
std::string PeerName(int fd);

// Tells the socket's file at `path` from one that takes its place. Empty: there is none.
std::string SocketFileId(const std::string& path);

class ListeningSocket {
 public:
  // Binds and listens; non-blocking. Mode, owner and group are set before anybody can connect.
  // kIo: in use (with the holder's pid where the system tells it), or the system refuses; kUsage:
  // what cannot be, as an unknown user or a file in the way. After either nothing is left behind.
  static Result<ListeningSocket> Open(const Endpoint& endpoint, const Access& access);

  // Goes on with a socket from elsewhere: systemd, or this program before it was started anew.
  // `owns_file`: the destructor is to remove its file. `path` is needed only for what Open() bound
  // at a long path, which the system cannot tell. kUsage: not a listening stream socket, which is
  // closed then.
  static Result<ListeningSocket> Adopt(Descriptor fd, bool owns_file, std::string path = {});

  ~ListeningSocket();  // closes it and removes the file it owns, if that is still the same one
  ListeningSocket(ListeningSocket&& other) noexcept = default;
  ListeningSocket& operator=(ListeningSocket&& other) noexcept;
  ListeningSocket(const ListeningSocket&) = delete;
  ListeningSocket& operator=(const ListeningSocket&) = delete;

  const Endpoint& endpoint() const { return endpoint_; }  // with the port that the system chose
  const std::string& name() const { return endpoint_.text; }
  void set_tls(bool tls) { endpoint_.tls = tls; }  // which no descriptor tells
  int fd() const { return fd_.get(); }
  bool owns_file() const { return file_.owned; }

  std::string file_id() const;  // SocketFileId of the file that it owns; empty: it owns none

  // While `kept` is true the destructor leaves the file: another descriptor of the same socket is
  // to go on with it.
  void KeepFileWhile(std::shared_ptr<const std::atomic<bool>> kept) { kept_ = std::move(kept); }

  // Of the file of a Unix socket that it owns; any other is left as it is. kUsage, kIo.
  Status SetAccess(const Access& access) const;

  // Keeps the file.
  Descriptor Release();

 private:
  struct File {
    bool owned = false;
    dev_t device = 0;
    ino_t inode = 0;
  };

  ListeningSocket(Endpoint endpoint, Descriptor fd);
  Status OpenUnix(const Access& access);
  Status OpenTcp();
  bool KnowFile();  // notes which file it is, to remove no other
  void Remove();

  Endpoint endpoint_;
  Descriptor fd_;
  File file_;
  std::shared_ptr<const std::atomic<bool>> kept_;
};

}  // namespace pdns::net
