// What the readers of gzip, bzip2 and lz4 have in common:
// raw input -> [PackedInput] -> unpacked bytes, part after part.
//
// A part is what each format begins and ends by itself: a member of gzip, a stream of bzip2, a
// frame of lz4. Files that stand one behind the other are one file of several parts. Behind the
// last part there may be zeros, as tapes and gzip itself pad; anything else there is told, since
// it may be frames that nobody would miss. Where damage lies is told by its offset in the
// compressed data; what was unpacked before it is handed on first.
//
// The bytes that come out, and how they end, do not depend on how the reads of `raw` are cut.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/status.h"
#include "frame/input/input.h"

namespace pdns::frame {

// One thread at a time.
class PackedInput : public Input {
 public:
  Result<std::size_t> Read(std::span<std::uint8_t> into) final;
  std::uint64_t consumed() const final { return raw_->consumed(); }
  bool reopenable() const final { return raw_->reopenable(); }
  std::string cut() const final;

 protected:
  // `format` names the compression in sentences, and outlives it. `head_size`: how many of its
  // first bytes a part must show to begin, at most 64.
  PackedInput(std::unique_ptr<Input> raw, std::string_view format, std::size_t head_size);

  struct Step {
    std::size_t read = 0;     // of the packed bytes
    std::size_t written = 0;  // into the room for unpacked ones
    bool ended = false;       // the part ended behind what was read
    Status fault;             // behind what was written; kMalformed: says what is damaged
  };

  // Can `head` be the first bytes of a part? It may be cut, but is not empty.
  virtual bool MayBegin(Bytes head) const = 0;

  // A part begins. `head`: its first head_size bytes, fewer only if there are no more. Gets the
  // memory that the part takes. False: a stop came.
  virtual Result<bool> Begin(Bytes head) = 0;

  // Unpacks some of `packed`, which may be empty, into `into`, which is not. Nothing read and
  // nothing written: it needs more.
  virtual Step Unpack(Bytes packed, std::span<std::uint8_t> into) = 0;

 private:
  Status Damage(std::string_view what) const;
  Status BeginPart();
  Status PassZeros();
  Status Fill();
  Bytes rest() const { return Bytes(block_).subspan(begin_, end_ - begin_); }
  void Pass(std::size_t n);

  std::unique_ptr<Input> raw_;
  std::string_view format_;
  std::size_t head_size_;
  std::vector<std::uint8_t> block_;  // its bytes from begin_ to end_ are not yet unpacked
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t at_ = 0;  // offset of begin_ in the compressed data
  bool between_ = true;   // two parts
  bool raw_ended_ = false;
  bool cut_ = false;
  bool ended_ = false;
  Status fault_;
};

}  // namespace pdns::frame
