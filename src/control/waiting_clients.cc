#include "control/waiting_clients.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <utility>
#include <vector>

#include "control/message.h"

namespace pdns::control {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kReadSize = 64U << 10;  // of a client, before the next one has its turn

// False: the client is gone. `rest` is what is left of it.
bool SendSome(int fd, std::string& rest) {
  while (!rest.empty()) {
    const ssize_t sent = send(fd, rest.data(), rest.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    // The rest goes when poll(2) calls it writable.
    if (sent < 0) return errno == EAGAIN;
    rest.erase(0, static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace

void WaitingClients::Turn(int listening, const Stop& stop, milliseconds longest,
                          const OnLine& on_line) {
  LetGoOfTheLate(Clock::now());
  std::vector<pollfd> fds;
  // Always these two first, so that clients stand from the third on, in the order of clients_.
  // poll(2) passes over a descriptor of -1.
  fds.push_back({stop.fd(), POLLIN, 0});
  // While there are as many as may be, and all have just come, those that come now wait.
  fds.push_back({MayAccept(Clock::now()) ? listening : -1, POLLIN, 0});
  for (const Waiting& waiting : clients_) {
    const short what = waiting.reply.empty() ? POLLIN : POLLOUT;
    fds.push_back({waiting.client.get(), what, 0});
  }
  const auto wait = Wait(Clock::now(), longest);
  if (poll(fds.data(), fds.size(), static_cast<int>(wait.count())) <= 0 || stop.requested()) return;
  // Clients and fds are walked side by side, so nobody is let go of in between but the one that is
  // served.
  auto waiting = clients_.begin();
  const auto end = clients_.end();  // of a list: clients that are added come before it
  for (std::size_t i = 2; i < fds.size() && waiting != end; ++i) {
    const auto here = waiting++;
    if (fds[i].revents != 0) Serve(here, on_line);
  }
  LetGoOfTheLong();
  // Last: what was said is answered before somebody has to go for the next one.
  if (fds[1].revents != 0) Accept(listening);
}

void WaitingClients::Answer(net::Descriptor client, std::string reply) {
  // Most replies fit into the socket at once, and their clients never wait here.
  if (!SendSome(client.get(), reply) || reply.empty()) return;
  clients_.push_back({std::move(client), Clock::now(), {}, std::move(reply)});
}

bool WaitingClients::MayAccept(Clock::time_point now) const {
  if (now < pause_until_) return false;
  // The first has waited longest, since all are added at the end with the time of now.
  return clients_.size() < kMostClients || clients_.front().since + kGrace <= now;
}

milliseconds WaitingClients::Wait(Clock::time_point now, milliseconds longest) const {
  auto until = now + longest;
  // Nothing announces these times: the wait ends at the first of them.
  if (now < pause_until_) until = std::min(until, pause_until_);
  if (!clients_.empty()) {
    const bool full = clients_.size() >= kMostClients && clients_.front().since + kGrace > now;
    until = std::min(until, clients_.front().since + (full ? kGrace : kSilence));
  }
  return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(until - now));
}

// As many as there is room for; most have said their line by now.
void WaitingClients::Accept(int listening) {
  while (MayAccept(Clock::now())) {
    net::Descriptor client(accept4(listening, nullptr, nullptr, SOCK_CLOEXEC));
    const int error = errno;
    if (client.valid()) {
      if (clients_.size() >= kMostClients) clients_.pop_front();
      clients_.push_back({std::move(client), Clock::now(), {}, {}});
      continue;
    }
    // accept(2) also gives errors of the connection that it took off the backlog: the next may be
    // fine.
    if (error == EINTR || error == ECONNABORTED) continue;
    if (error == EAGAIN) return;
    // No descriptor is left: the client that has waited longest goes.
    if (clients_.empty()) {
      pause_until_ = Clock::now() + kGrace;
      return;
    }
    clients_.pop_front();
  }
}

void WaitingClients::Serve(const Clients::iterator& waiting, const OnLine& on_line) {
  const bool stays = waiting->reply.empty() ? Read(*waiting, on_line)
                                            : SendSome(waiting->client.get(), waiting->reply) &&
                                                  !waiting->reply.empty();
  if (!stays) clients_.erase(waiting);
}

// False: its line was handed on, or it is gone.
bool WaitingClients::Read(Waiting& waiting, const OnLine& on_line) {
  std::array<char, kReadSize> some;
  const ssize_t got = recv(waiting.client.get(), some.data(), some.size(), MSG_DONTWAIT);
  if (got < 0) return errno == EINTR || errno == EAGAIN;
  if (got == 0) return false;
  // Only what is new is searched: a line that comes byte by byte costs no more.
  const std::size_t seen = waiting.line.size();
  waiting.line.append(some.data(), static_cast<std::size_t>(got));
  const std::size_t end = waiting.line.find('\n', seen);
  if (end == std::string::npos && waiting.line.size() <= kLongestLine) return true;
  if (end != std::string::npos) waiting.line.resize(end);
  // Whatever stands behind the line is left: a client has one request.
  on_line(std::move(waiting.client), std::move(waiting.line));
  return false;
}

void WaitingClients::LetGoOfTheLate(Clock::time_point now) {
  // By the time of the whole line, not of its last byte: who sends a byte now and then gains
  // nothing.
  while (!clients_.empty() && clients_.front().since + kSilence <= now) clients_.pop_front();
}

void WaitingClients::LetGoOfTheLong() {
  std::size_t held = 0;
  for (const Waiting& waiting : clients_) held += waiting.held();
  // The longest goes, as it gives most: sixteen lines of nearly a MiB fit, and no short one is
  // touched for them.
  while (held > kMostHeld) {
    const auto longest =
        std::max_element(clients_.begin(), clients_.end(),
                         [](const Waiting& a, const Waiting& b) { return a.held() < b.held(); });
    held -= longest->held();
    clients_.erase(longest);
  }
}

}  // namespace pdns::control
