// Any bytes on a connection are answered in the form of HTTP or not at all, ask the source for
// figures at most once, and leave no connection behind.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string>

#include "check.h"
#include "http/daemon.h"
#include "metrics/answers.h"

namespace {

using pdns::http::Daemon;

std::atomic<int> figures_asked = 0;

pdns::metrics::Answers& TheAnswers() {
  static pdns::metrics::Answers answers({[] {
                                           ++figures_asked;
                                           return std::vector<pdns::Figure>{{"a", "A.", {}, {}, 1}};
                                         },
                                         [] { return true; }, [] { return false; }});
  return answers;
}

Daemon& TheDaemon() {
  static auto daemon = [] {
    TheAnswers();  // made before, so that it is there longer
    auto hosts = pdns::http::HostList::Of({"x"});
    auto opened = Daemon::Open({{}, *hosts, "not here\n"},
                               [](const pdns::http::Request& request, pdns::http::Reply reply) {
                                 TheAnswers().Serve(request, std::move(reply));
                               });
    MUST_HOLD(opened.ok());
    return std::move(*opened);
  }();
  return *daemon;
}

// Until the connection is closed: it is, since the peer has ended its side.
void Serve(Daemon& daemon) {
  while (daemon.size() > 0) {
    const auto now = Daemon::Clock::now();
    pollfd ready{daemon.fd(), POLLIN, 0};
    poll(&ready, 1, static_cast<int>(daemon.Patience(now).count()));
    daemon.Turn(now);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::array<int, 2> ends{};
  if (size > 60'000) return 0;  // what a socket holds without a reader
  MUST_HOLD(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
  MUST_HOLD(send(ends[0], data, size, MSG_NOSIGNAL) == static_cast<ssize_t>(size));
  shutdown(ends[0], SHUT_WR);
  figures_asked = 0;
  Daemon& daemon = TheDaemon();
  daemon.Add(pdns::net::Descriptor(ends[1]), Daemon::Clock::now());
  Serve(daemon);
  std::string answer(100'000, '\0');
  const ssize_t got = recv(ends[0], answer.data(), answer.size(), MSG_WAITALL);
  close(ends[0]);
  MUST_HOLD(got <= 0 || answer.compare(0, 9, "HTTP/1.1 ") == 0);
  MUST_HOLD(figures_asked <= 1);
  return 0;
}
