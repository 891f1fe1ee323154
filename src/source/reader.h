// A capture as a row of records: Input -> [Reader] -> the next record's bytes, and the position
// behind them.
//
// A record is what the ledger counts (record/position.h): a data frame of dnstap, a line of a log.
// Its bytes identify the capture; what they say, a Decoder knows. One thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/status.h"
#include "frame/input/input.h"
#include "frame/reader.h"

namespace pdns::source {

using End = frame::End;  // how a source ends, whatever its kind

class Reader {
 public:
  virtual ~Reader() = default;

  // The next record, not empty, good until the next call; nothing at the end, and ever after.
  // Nothing while end() is kNone: there is none for now, which only a followed file says
  // (frame/input/followed.h).
  virtual std::optional<Bytes> Next() = 0;

  // Then waits until there may be more. False: a stop came, and Next finds the end.
  virtual bool Await() = 0;

  // Offset in the uncompressed stream behind the record returned last.
  virtual std::uint64_t position() const = 0;

  // Goes on at `position`, which was a position() of the same stream, at or behind this one. False
  // when the stream ends before it.
  virtual bool SkipTo(std::uint64_t position) = 0;

  // Passes over all that is left of the input, whatever it holds; ends as the input does.
  virtual Status PassRest() = 0;

  virtual End end() const = 0;
  virtual const std::string& reason() const = 0;  // a sentence for every end but kStop
  virtual const frame::Input& input() const = 0;
};

}  // namespace pdns::source
