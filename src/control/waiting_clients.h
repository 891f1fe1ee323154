// Clients that have not said their request yet: connections -> [WaitingClients] -> a client and its
// line.
//
// At most kMostClients at once, as many as the kernel keeps waiting. One that has said no whole
// line within kSilence is let go. While there are so many, whoever has waited longest is let go for
// each that comes, but not before kGrace: so of those that the kernel keeps nobody waits longer
// than kGrace behind clients that say nothing. A client that does not read its reply at once
// counts like one whose line does not come. Unfinished lines and replies are kMostHeld bytes
// together; over it the client with the longest is let go.
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

  static constexpr std::size_t kMostClients = 128;
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
  struct Waiting {
    net::Descriptor client;
    Clock::time_point since;
    std::string line;   // so far
    std::string reply;  // the rest of it; not empty: nothing more is read

    std::size_t held() const { return line.size() + reply.size(); }
  };
  using Clients = std::list<Waiting>;

  bool MayAccept(Clock::time_point now) const;
  std::chrono::milliseconds Wait(Clock::time_point now, std::chrono::milliseconds longest) const;
  void Accept(int listening);
  void Serve(const Clients::iterator& waiting, const OnLine& on_line);
  bool Read(Waiting& waiting, const OnLine& on_line);
  void LetGoOfTheLate(Clock::time_point now);
  void LetGoOfTheLong();

  Clients clients_;                  // who came first, first
  Clock::time_point pause_until_{};  // of accepting: the system has no descriptor
};

}  // namespace pdns::control
