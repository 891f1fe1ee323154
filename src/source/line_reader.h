// Lines of text as records: Input -> [LineReader] -> a line with its number in front.
//
// For sources whose decoder must tell a person which line it means, though lines are decoded by
// several threads and a run may begin in the middle: the number is counted from the start of the
// stream, and travels with the line. Empty lines are numbered, and are no records.
//
// Foreign bytes. A line may have any length: of one that is longer than kLongestLine the first
// kLongestLine + 1 bytes are handed up, by which the decoder knows it, and the rest is passed over.
// Memory: twice kLongestLine at most. The last line needs its end, too: without one it may still be
// written, and the position stays in front of it.
//
// One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "source/reader.h"

namespace pdns::source {

inline constexpr std::size_t kLongestLine = std::size_t{1} << 20;  // bytes, without its end

struct NumberedLine {
  std::uint64_t number = 0;  // from 1
  std::string_view text;     // without its end, LF or CR LF; a view into the record
};

// A record of LineReader taken apart. Nothing: it is none.
std::optional<NumberedLine> SplitLine(Bytes record);

class LineReader : public Reader {
 public:
  explicit LineReader(std::unique_ptr<frame::Input> input);

  std::optional<Bytes> Next() override;
  bool Await() override { return input_->Await(); }
  std::uint64_t position() const override { return position_; }
  bool SkipTo(std::uint64_t position) override;
  Status PassRest() override;
  End end() const override { return end_; }
  const std::string& reason() const override { return reason_; }
  const frame::Input& input() const override { return *input_; }

 protected:
  // May a line be passed over, as what is no record? Called once for each, in their order.
  virtual bool IsRecord(std::string_view line);
  // Of a stream that ended with its last line, and whose input was whole: is something missing? A
  // sentence; empty if not.
  virtual std::string Missing() const { return {}; }

 private:
  enum class Found : std::uint8_t { kLine, kNeedMore, kNothing };

  Found FindLine();
  bool Fill();
  std::optional<Bytes> Finish(End end, std::string reason);

  std::unique_ptr<frame::Input> input_;
  std::vector<std::uint8_t> buffer_;  // room for a number, then bytes of the stream
  std::size_t begin_ = 0;             // of the next line in the buffer
  std::size_t looked_ = 0;            // up to here there is no end of it
  std::size_t filled_ = 0;
  std::uint64_t dropped_ = 0;   // bytes of the next line that the buffer no longer holds
  std::uint64_t position_ = 0;  // behind the last record returned
  std::uint64_t stands_ = 0;    // behind the last line looked at
  std::uint64_t number_ = 0;    // of that line
  std::string_view line_;
  End end_ = End::kNone;
  std::string reason_;
};

}  // namespace pdns::source
