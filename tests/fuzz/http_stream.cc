// Any bytes, in pieces of any size, on a connection that serves many requests, with bodies, answers
// that come later and answers that are written while they are sent: no body is longer than the
// limit, what comes back has the form of HTTP, every Stream is told of the end, and no connection
// is left behind.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "check.h"
#include "http/daemon.h"
#include "http/stream.h"

namespace {

using pdns::http::Daemon;
using pdns::http::Limits;
using pdns::http::Stream;

constexpr std::size_t kMostBody = 5000;
constexpr int kMostTurns = 100'000;  // in which the longest input has come and all times are over

// What the handler was asked and has not answered, or not wholly.
struct Work {
  std::vector<pdns::http::Reply> replies;
  std::vector<std::shared_ptr<Stream>> streams;  // of the replies that were sent
  int turn = 0;
};

Work& TheWork() {
  static Work work;
  return work;
}

void Serve(const pdns::http::Request& request, pdns::http::Reply reply) {
  MUST_HOLD(request.body.size() <= kMostBody);
  MUST_HOLD(request.query.empty() || request.query.data()[-1] == '?');
  MUST_HOLD(request.path.find('\0') == std::string_view::npos);
  for (const auto& header : request.headers) {
    MUST_HOLD(!header.name.empty() && request.HeaderOf(header.name).has_value());
    MUST_HOLD(header.value.find('\0') == std::string_view::npos);
  }
  switch (request.path.size() % 4) {
    case 0:
      TheWork().streams.push_back(std::make_shared<Stream>());
      return reply.Send({.stream = TheWork().streams.back()});
    case 1:
      return TheWork().replies.push_back(std::move(reply));
    case 2:
      return reply.Send({.body = std::string(request.body)});
    default:
      return;  // which answers, too
  }
}

Daemon& TheDaemon() {
  static auto daemon = [] {
    TheWork();  // made before, so that it is there longer
    auto hosts = pdns::http::HostList::Of({"x"});
    Limits limits;
    limits.body_bytes = kMostBody;
    limits.bodies_bytes = kMostBody - 1000;  // so that both limits are met
    auto opened = Daemon::Open({limits, *hosts, "not here\n", true}, &Serve);
    MUST_HOLD(opened.ok());
    return std::move(*opened);
  }();
  return *daemon;
}

// A part of each answer; some end well, some are let go of.
void Answer(Work& work) {
  ++work.turn;
  for (auto& reply : std::exchange(work.replies, {})) {
    if (work.turn % 3 == 0) {
      work.streams.push_back(std::make_shared<Stream>());
      reply.Send({.stream = work.streams.back()});
    } else {
      reply.Send({.status = 404, .body = "none\n"});
    }
  }
  std::erase_if(work.streams, [&work](const std::shared_ptr<Stream>& stream) {
    if (!stream->Write(std::string(static_cast<std::size_t>(work.turn) % 5000, 'x'))) return true;
    if (work.turn % 4 == 0) stream->Finish();
    return work.turn % 2 == 0;
  });
}

std::string Receive(int fd) {
  std::string all;
  std::array<char, 8192> some;
  ssize_t got = 0;
  while ((got = recv(fd, some.data(), some.size(), MSG_DONTWAIT)) > 0)
    all.append(some.data(), static_cast<std::size_t>(got));
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 60'000) return 0;
  const std::size_t piece = data[0] == 0 ? size : data[0];
  const bool closes = data[0] == 0xff;  // it does not wait for answers
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::array<int, 2> ends{};
  MUST_HOLD(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
  Daemon& daemon = TheDaemon();
  static auto now = Daemon::Clock::now();  // goes as fast as turns do
  daemon.Add(pdns::net::Descriptor(ends[1]), now);
  Work& work = TheWork();
  work = {};
  std::string answers;
  bool ended = false;
  int turns = 0;
  while (daemon.size() > 0) {
    const std::size_t some = std::min(piece, rest.size());
    if (some > 0 && send(ends[0], rest.data(), some, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) rest = {};
    rest.remove_prefix(std::min(some, rest.size()));
    if (rest.empty() && !std::exchange(ended, true)) {
      if (closes) {
        close(std::exchange(ends[0], -1));
      } else {
        shutdown(ends[0], SHUT_WR);
      }
    }
    daemon.Turn(now);
    if (daemon.Patience(now).count() > 0) Answer(work);
    answers += Receive(ends[0]);
    now += std::chrono::milliseconds(10);
    // Some connections end by the guest's own clock, which goes slower.
    if (++turns > kMostTurns) usleep(1000);
    MUST_HOLD(turns < kMostTurns + 5000);
  }
  daemon.Turn(now);  // for answers to requests that are over
  answers += Receive(ends[0]);
  if (ends[0] >= 0) close(ends[0]);
  for (const auto& stream : work.streams) MUST_HOLD(stream->gone());
  MUST_HOLD(answers.empty() || answers.compare(0, 9, "HTTP/1.1 ") == 0);
  return 0;
}
