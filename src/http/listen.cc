#include "http/listen.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>

namespace pdns::http {
namespace {

// Peers that come at once wait here and not a second for their next try.
constexpr int kBacklog = 1024;

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

}  // namespace

Result<net::Descriptor> Listen(std::string_view what, const std::string& address_port) {
  const std::string named = std::string(what) + " " + address_port;
  const auto endpoint = Parse(address_port);
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (!endpoint.has_value() ||
      getaddrinfo(endpoint->host.c_str(), endpoint->port.c_str(), &hints, &found) != 0) {
    return Status::Usage(named + ": neither PORT nor ADDRESS:PORT; an IPv6 address is [ADDRESS]");
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  net::Descriptor fd(socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  const bool listening =
      fd.valid() && setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
      bind(fd.get(), found->ai_addr, found->ai_addrlen) == 0 && listen(fd.get(), kBacklog) == 0;
  if (listening) return fd;
  return Status::Errno(named + ": cannot be listened on, choose another address or port", errno);
}

int PortOf(const net::Descriptor& socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  std::array<char, NI_MAXSERV> port{};
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (getsockname(socket.get(), generic, &size) != 0 ||
      getnameinfo(generic, size, nullptr, 0, port.data(), port.size(), NI_NUMERICSERV) != 0) {
    return 0;
  }
  return std::atoi(port.data());
}

}  // namespace pdns::http
