// Clients that have not said their request yet: connections -> [WaitingClients] -> a client and its
// line.
//
// At most kMostSeats at once, as many as the kernel keeps waiting. One that has said no whole line
// within kSilence is let go. While all seats are taken, whoever has had one longest is let go for
// each that comes, but not before kGrace: so of those that the kernel keeps nobody waits longer
// than kGrace behind clients that say nothing. A reply that a client does not read at once holds a
// seat like a line that does not come. Unfinished lines and replies are kMostHeld bytes together;
// over it the client with the longest is let go.
//
// One thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <string>

#include "base/stop.h"
#include "net/descriptor.h"

namespace pdns::control {

class WaitingClients {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr std::size_t kMostSeats = 128;
  static constexpr std::size_t kMostHeld = 16U << 20;
  static constexpr std::chrono::milliseconds kSilence{10'000};
  static constexpr std::chrono::milliseconds kGrace{250};

  // A client that has said its line, without the end of it, or more than kLongestLine bytes of one.
  // It may be given back by Answer.
  using OnLine = std::function<void(net::Descriptor client, std::string line)>;

  // Waits until clients come or speak, `stop` or `longest`, and does what is to be done.
  // `listening` does not block.
  void Turn(int listening, const Stop& stop, std::chrono::milliseconds longest,
            const OnLine& on_line);

  // The last word to a client, which is then let go.
  void Answer(net::Descriptor client, std::string reply);

 private:
  struct Seat {
    net::Descriptor client;
    Clock::time_point since;
    std::string line;   // so far
    std::string reply;  // the rest of it; not empty: nothing more is read

    std::size_t held() const { return line.size() + reply.size(); }
  };
  using Seats = std::list<Seat>;

  bool MayAccept(Clock::time_point now) const;
  std::chrono::milliseconds Wait(Clock::time_point now, std::chrono::milliseconds longest) const;
  void Accept(int listening);
  void Serve(const Seats::iterator& seat, const OnLine& on_line);
  bool Read(Seat& seat, const OnLine& on_line);
  void LetGoOfTheLate(Clock::time_point now);
  void LetGoOfTheLong();

  Seats seats_;                      // who came first, first
  Clock::time_point pause_until_{};  // of accepting: the system has no descriptor
};

}  // namespace pdns::control
