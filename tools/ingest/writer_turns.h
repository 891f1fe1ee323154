// Turns at the one writer of a live ingester: batches and an admin command -> [WriterTurns] -> one
// at a time, batches first.
//
// A command works in many short turns. While a batch waits, the command gets no new turn, and is
// asked to end the one it has: so what a batch waits is one step of the command, whatever the
// command has still to do. A mutex alone would not do: who unlocks it and locks it again at once
// mostly gets it.
//
// Any thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace pdns::tools {

class WriterTurns {
 public:
  enum class Who : unsigned char { kBatch, kCommand };

  // From construction to the end of its life nobody else has a turn.
  class Turn {
   public:
    Turn(WriterTurns& turns, Who who);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    WriterTurns& turns_;
  };

  bool batch_waits() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t batches_ = 0;  // that wait
  bool taken_ = false;
};

}  // namespace pdns::tools
