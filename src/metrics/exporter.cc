#include "metrics/exporter.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "base/stop.h"
#include "metrics/answers.h"
#include "metrics/http_stream.h"

namespace pdns::metrics {
namespace {

constexpr std::size_t kThreads = 2;
constexpr int kBacklog = 32;

struct Endpoint {
  std::string host;
  std::string port;
};

// "PORT", ":PORT", "HOST:PORT", "[IPV6]:PORT".
std::optional<Endpoint> Parse(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  std::string_view host = colon == std::string_view::npos ? "" : text.substr(0, colon);
  const std::string_view port = text.substr(colon == std::string_view::npos ? 0 : colon + 1);
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc() || end != port.data() + port.size()) return std::nullopt;
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (bracketed != (host.find(':') != std::string_view::npos)) return std::nullopt;
  // By the name, as people type it, without asking a resolver: that may be what is watched.
  if (host.empty() || host == "localhost") host = "127.0.0.1";
  return Endpoint{std::string(host), std::string(port)};
}

// A listening descriptor, or why there is none.
Result<int> Listen(const std::string& address_port) {
  const std::string what = "metrics address " + address_port;
  const auto endpoint = Parse(address_port);
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (!endpoint.has_value() ||
      getaddrinfo(endpoint->host.c_str(), endpoint->port.c_str(), &hints, &found) != 0) {
    return Status::Usage(what + ": neither PORT nor ADDRESS:PORT; an IPv6 address is [ADDRESS]");
  }
  const int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int on = 1;
  const bool listening = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
                         bind(fd, found->ai_addr, found->ai_addrlen) == 0 &&
                         listen(fd, kBacklog) == 0;
  const int error = errno;
  freeaddrinfo(found);
  if (listening) return fd;
  if (fd >= 0) close(fd);
  return Status::Errno(what + ": cannot be listened on, choose another address or port", error);
}

int PortOf(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  std::array<char, NI_MAXSERV> port{};
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (getsockname(fd, generic, &size) != 0 ||
      getnameinfo(generic, size, nullptr, 0, port.data(), port.size(), NI_NUMERICSERV) != 0) {
    return 0;
  }
  return std::atoi(port.data());
}

}  // namespace

class Exporter::Impl {
 public:
  Impl(int listen_fd, Source source) : listen_fd_(listen_fd), answers_(std::move(source)) {
    for (std::thread& thread : threads_) thread = std::thread([this] { Run(); });
  }
  ~Impl() {
    stop_.Request();
    for (std::thread& thread : threads_) thread.join();
    close(listen_fd_);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  int port() const { return PortOf(listen_fd_); }

 private:
  void Run() {
    while (!stop_.requested()) {
      std::array<pollfd, 2> fds{{{listen_fd_, POLLIN, 0}, {stop_.fd(), POLLIN, 0}}};
      constexpr int kLookAnyway = 1000;  // should there be no descriptor for the stop
      if (poll(fds.data(), fds.size(), kLookAnyway) <= 0 || fds[0].revents == 0) continue;
      const int fd = accept4(listen_fd_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (fd >= 0) {
        HttpStream stream(fd, stop_.fd(), {});
        answers_.Serve(stream);
      } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
        constexpr int kPause = 200;  // the peer stays in the backlog, and poll() would not wait
        poll(&fds[1], 1, kPause);
      }
    }
  }

  int listen_fd_;
  Answers answers_;
  Stop stop_;
  std::array<std::thread, kThreads> threads_;
};

Result<std::unique_ptr<Exporter>> Exporter::Open(const std::string& address_port, Source source) {
  const auto fd = Listen(address_port);
  if (!fd.ok()) return fd.status();
  return std::unique_ptr<Exporter>(new Exporter(std::make_unique<Impl>(*fd, std::move(source))));
}

Status Exporter::Check(const std::string& address_port) {
  const auto fd = Listen(address_port);
  if (fd.ok()) close(*fd);
  return fd.status();
}

Exporter::Exporter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Exporter::~Exporter() = default;
int Exporter::port() const { return impl_->port(); }

}  // namespace pdns::metrics
