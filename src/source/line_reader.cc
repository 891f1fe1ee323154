#include "source/line_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace pdns::source {
namespace {

constexpr std::size_t kNumber = sizeof(std::uint64_t);  // in front of each line
constexpr std::size_t kReadSize = 256U << 10;
// A line that is too long as a whole, what is read behind it, and the number in front.
constexpr std::size_t kBuffer = kNumber + kLongestLine + 1 + kReadSize;

}  // namespace

std::optional<NumberedLine> SplitLine(Bytes record) {
  Cursor cursor(record);
  NumberedLine line;
  line.number = cursor.U64();
  line.text = AsText(cursor.Read(cursor.left()));
  if (!cursor.ok() || line.number == 0) return std::nullopt;
  return line;
}

LineReader::LineReader(std::unique_ptr<frame::Input> input)
    : input_(std::move(input)),
      buffer_(kBuffer),
      begin_(kNumber),
      looked_(kNumber),
      filled_(kNumber) {}

bool LineReader::IsRecord(std::string_view line) { return !line.empty(); }

std::optional<Bytes> LineReader::Next() {
  while (end_ == End::kNone) {
    const Found found = FindLine();
    if (found == Found::kNeedMore) {
      if (!Fill()) return std::nullopt;
      continue;
    }
    if (!IsRecord(line_)) continue;
    position_ = stands_;
    // In front of the line stands what was handed up before, or the room kept for this.
    std::uint8_t* front = buffer_.data() + (AsBytes(line_).data() - buffer_.data()) - kNumber;
    for (std::size_t i = 0; i < kNumber; ++i)
      front[i] = static_cast<std::uint8_t>(number_ >> (8 * (kNumber - 1 - i)));
    return Bytes(front, kNumber + line_.size());
  }
  return std::nullopt;
}

LineReader::Found LineReader::FindLine() {
  const auto* const from = buffer_.data() + looked_;
  const void* const lf = std::memchr(from, '\n', filled_ - looked_);
  if (lf == nullptr) {
    looked_ = filled_;
    return Found::kNeedMore;
  }
  const auto end = static_cast<std::size_t>(static_cast<const std::uint8_t*>(lf) - buffer_.data());
  const std::size_t start = begin_;
  std::size_t size = end - start;
  stands_ += dropped_ + size + 1;
  // Bytes that went were behind the first kLongestLine + 1, which are here still.
  if (dropped_ > 0 || size > kLongestLine) {
    size = kLongestLine + 1;
  } else if (size > 0 && buffer_[end - 1] == '\r') {
    --size;
  }
  line_ = AsText({buffer_.data() + start, size});
  begin_ = looked_ = end + 1;
  dropped_ = 0;
  ++number_;
  return Found::kLine;
}

// False: there is no more for now.
bool LineReader::Fill() {
  const std::size_t held = filled_ - begin_;
  if (held > kLongestLine + 1) {
    // All of what comes up to the line's end says no more than that it is too long.
    dropped_ += held - (kLongestLine + 1);
    filled_ = begin_ + kLongestLine + 1;
    looked_ = filled_;
  }
  if (buffer_.size() - filled_ < kReadSize) {
    std::memmove(buffer_.data() + kNumber, buffer_.data() + begin_, filled_ - begin_);
    filled_ -= begin_ - kNumber;
    looked_ -= begin_ - kNumber;
    begin_ = kNumber;
  }
  const auto got = input_->Read({buffer_.data() + filled_, buffer_.size() - filled_});
  if (got.status().code() == Code::kBusy) return false;
  if (!got.ok()) {
    Finish(got.status().code() == Code::kMalformed ? End::kBroken : End::kFailed,
           got.status().message());
    return true;
  }
  filled_ += *got;
  if (*got > 0) return true;
  const std::string cut = input_->cut();
  std::string reason = filled_ > begin_ ? "ends inside a line" : Missing();
  if (!cut.empty()) reason += (reason.empty() ? "" : ": ") + cut;
  const End end = reason.empty() ? End::kStop : End::kCut;
  Finish(end, std::move(reason));
  return true;
}

bool LineReader::SkipTo(std::uint64_t position) {
  // Line by line: the numbers of those that follow depend on it.
  while (position_ < position && Next().has_value()) continue;
  if (position_ >= position) return true;
  if (end_ == End::kStop || end_ == End::kNone)
    Finish(End::kCut, "ends before the position that was taken");
  return false;
}

Status LineReader::PassRest() {
  while (end_ == End::kNone && Next().has_value()) continue;
  if (end_ == End::kNone) Finish(End::kCut, "not read to its end");
  return end_ == End::kFailed ? Status::Io(reason_) : Status();
}

std::optional<Bytes> LineReader::Finish(End end, std::string reason) {
  end_ = end;
  reason_ = std::move(reason);
  return std::nullopt;
}

}  // namespace pdns::source
