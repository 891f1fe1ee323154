// Who may make an answer that takes memory, and when: an answer's thread -> [Places] -> its turn.
//
// There are kAll places of some kPlace bytes each. An answer wants a few of them and holds them
// until it is over, which may take as long as its peer is slow. So one asker has at most kOfOne,
// and whoever finds no room waits. Of those who wait and whose asker may have more, the next one is
// of the asker that holds least; of several, the one that has waited longest. Nobody else is let in
// before it, or many small answers would keep a large one out.
//
// Bounds: at most kWaiting answers wait, kWaitingOfOne of one asker, with kBytesWaiting of what
// they hold while they wait. Each waits in a thread of its own.
//
// Any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>

namespace pdns::serve {

class Places {
 public:
  static constexpr std::size_t kPlace = 100'000'000;
  static constexpr std::size_t kAll = 16;
  static constexpr std::size_t kOfOne = kAll / 2;
  static constexpr std::size_t kWaiting = 64;
  static constexpr std::size_t kWaitingOfOne = 16;
  static constexpr std::size_t kBytesWaiting = std::size_t{128} << 20;
  static constexpr std::chrono::seconds kPatience{10};

  explicit Places(std::chrono::milliseconds patience = kPatience) : patience_(patience) {}

  struct Want {
    std::string who;         // a key or an address: whoever shares it is one asker
    std::size_t places = 1;  // at most kOfOne
    std::size_t bytes = 0;   // that it holds while it waits
  };

  // Waits until there is room. False: it waited in vain, too many wait, or `unwanted` is true,
  // which is asked now and then. What was claimed is freed with the same Want.
  bool Claim(const Want& want, const std::function<bool()>& unwanted);
  void Free(const Want& want);

  std::size_t waiting() const;

 private:
  struct Asker {
    std::size_t held = 0;  // places
    std::size_t waiting = 0;
  };

  // Whether it may wait.
  bool HasRoomInLine(const Want& want) const;
  // Of those who wait the one that is let in next; none: all of them have what they may have.
  const Want* Next() const;
  bool MayEnter(const Want& want) const;
  // Takes out of the map who neither holds nor waits.
  void Forget(const std::string& who);

  const std::chrono::milliseconds patience_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::list<const Want*> line_;  // longest first; of threads in Claim
  std::map<std::string, Asker> askers_;
  std::size_t held_ = 0;
  std::size_t bytes_waiting_ = 0;
};

}  // namespace pdns::serve
