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
  fds.push_back({stop.fd(), POLLIN, 0});
  // While all seats are taken by clients that have just come, those that come now wait.
  fds.push_back({MayAccept(Clock::now()) ? listening : -1, POLLIN, 0});
  for (const Seat& seat : seats_) {
    const short what = seat.reply.empty() ? POLLIN : POLLOUT;
    fds.push_back({seat.client.get(), what, 0});
  }
  const auto wait = Wait(Clock::now(), longest);
  if (poll(fds.data(), fds.size(), static_cast<int>(wait.count())) <= 0 || stop.requested()) return;
  auto seat = seats_.begin();
  const auto end = seats_.end();  // of a list: seats that are added come before it
  for (std::size_t i = 2; i < fds.size() && seat != end; ++i) {
    const auto here = seat++;
    if (fds[i].revents != 0) Serve(here, on_line);
  }
  LetGoOfTheLong();
  if (fds[1].revents != 0) Accept(listening);
}

void WaitingClients::Answer(net::Descriptor client, std::string reply) {
  if (!SendSome(client.get(), reply) || reply.empty()) return;
  seats_.push_back({std::move(client), Clock::now(), {}, std::move(reply)});
}

bool WaitingClients::MayAccept(Clock::time_point now) const {
  if (now < pause_until_) return false;
  return seats_.size() < kMostSeats || seats_.front().since + kGrace <= now;
}

milliseconds WaitingClients::Wait(Clock::time_point now, milliseconds longest) const {
  auto until = now + longest;
  if (now < pause_until_) until = std::min(until, pause_until_);
  if (!seats_.empty()) {
    const bool full = seats_.size() >= kMostSeats && seats_.front().since + kGrace > now;
    until = std::min(until, seats_.front().since + (full ? kGrace : kSilence));
  }
  return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(until - now));
}

// As many as there is room for; most have said their line by now.
void WaitingClients::Accept(int listening) {
  while (MayAccept(Clock::now())) {
    net::Descriptor client(accept4(listening, nullptr, nullptr, SOCK_CLOEXEC));
    const int error = errno;
    if (client.valid()) {
      if (seats_.size() >= kMostSeats) seats_.pop_front();
      seats_.push_back({std::move(client), Clock::now(), {}, {}});
      continue;
    }
    if (error == EINTR || error == ECONNABORTED) continue;
    if (error == EAGAIN) return;
    // No descriptor is left: the client that has a seat longest gives it up.
    if (seats_.empty()) {
      pause_until_ = Clock::now() + kGrace;
      return;
    }
    seats_.pop_front();
  }
}

void WaitingClients::Serve(const Seats::iterator& seat, const OnLine& on_line) {
  const bool stays = seat->reply.empty()
                         ? Read(*seat, on_line)
                         : SendSome(seat->client.get(), seat->reply) && !seat->reply.empty();
  if (!stays) seats_.erase(seat);
}

// False: its line was handed on, or it is gone.
bool WaitingClients::Read(Seat& seat, const OnLine& on_line) {
  std::array<char, kReadSize> some;
  const ssize_t got = recv(seat.client.get(), some.data(), some.size(), MSG_DONTWAIT);
  if (got < 0) return errno == EINTR || errno == EAGAIN;
  if (got == 0) return false;
  const std::size_t seen = seat.line.size();
  seat.line.append(some.data(), static_cast<std::size_t>(got));
  const std::size_t end = seat.line.find('\n', seen);
  if (end == std::string::npos && seat.line.size() <= kLongestLine) return true;
  if (end != std::string::npos) seat.line.resize(end);
  on_line(std::move(seat.client), std::move(seat.line));
  return false;
}

void WaitingClients::LetGoOfTheLate(Clock::time_point now) {
  while (!seats_.empty() && seats_.front().since + kSilence <= now) seats_.pop_front();
}

void WaitingClients::LetGoOfTheLong() {
  std::size_t held = 0;
  for (const Seat& seat : seats_) held += seat.held();
  while (held > kMostHeld) {
    const auto longest =
        std::max_element(seats_.begin(), seats_.end(),
                         [](const Seat& a, const Seat& b) { return a.held() < b.held(); });
    held -= longest->held();
    seats_.erase(longest);
  }
}

}  // namespace pdns::control
