// A capture as a row of frames: Input -> [Reader] -> payload bytes of one dnstap message each.
//
// Holds the stream to its form (START, data, STOP; captures may stand one behind the other) and
// knows where each frame ends, which is what the ledger remembers. One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "frame/input/input.h"
#include "frame/splitter.h"

namespace pdns::frame {

enum class End : std::uint8_t {
  kNone,     // not ended, or not for now
  kStop,     // STOP, then nothing: the writer closed it well
  kCut,      // ended anywhere else, or cut compressed data: still written, or the writer was killed
  kBroken,   // a frame that cannot be: the rest cannot be trusted
  kForeign,  // not Frame Streams, or of another content type: no frame was returned
  kFailed,   // the input failed
};

class Reader {
 public:
  explicit Reader(std::unique_ptr<Input> input);

  // The next data frame, good until the next call; nothing at the end, and ever after. Nothing
  // while end() is kNone: there is none for now (Input::Read); Await, then ask again.
  std::optional<Bytes> Next();
  bool Await() { return input_->Await(); }

  // Offset in the uncompressed stream behind the frame returned last.
  std::uint64_t position() const { return splitter_.position(); }

  // Goes on at `position`, which must be at or behind position(). False when the stream ends before
  // it.
  bool SkipTo(std::uint64_t position);

  // Passes over all that is left of the input, whatever it holds; ends as the input does.
  Status PassRest();

  End end() const { return end_; }
  const std::string& reason() const { return reason_; }  // a sentence for every end but kStop
  const Input& input() const { return *input_; }

 private:
  bool Fill();
  void FinishAtEnd();
  void ReadControl();
  std::optional<Bytes> Finish(End end, std::string reason);

  std::unique_ptr<Input> input_;
  Splitter splitter_;
  bool started_ = false;  // between START and STOP
  bool seen_start_ = false;
  End end_ = End::kNone;
  std::string reason_;
};

}  // namespace pdns::frame
