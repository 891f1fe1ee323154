#include "frame/reader.h"

#include <limits>

#include "frame/control.h"

namespace pdns::frame {
namespace {
constexpr std::size_t kReadSize = 512U << 10;
}

Reader::Reader(std::unique_ptr<Input> input) : input_(std::move(input)), splitter_(kReadSize) {}

std::optional<Bytes> Reader::Next() {
  while (end_ == End::kNone) {
    switch (splitter_.Next()) {
      case Piece::kNeedMore:
        if (!Fill()) return std::nullopt;
        break;
      case Piece::kControl:
        ReadControl();
        break;
      case Piece::kData:
        if (started_) return splitter_.payload();
        return seen_start_ ? Finish(End::kBroken, "a data frame after STOP")
                           : Finish(End::kForeign, "not a Frame Streams file: no START frame");
      case Piece::kBroken:
        return seen_start_ ? Finish(End::kBroken, "a frame length beyond all limits")
                           : Finish(End::kForeign, "not a Frame Streams file: no START frame");
    }
  }
  return std::nullopt;
}

bool Reader::SkipTo(std::uint64_t position) {
  const std::uint64_t distance = splitter_.Jump(position - splitter_.position());
  if (distance == 0) return true;
  const auto skipped = input_->Skip(distance);
  if (!skipped.ok()) {
    Finish(skipped.status().code() == Code::kMalformed ? End::kBroken : End::kFailed,
           skipped.status().message());
    return false;
  }
  if (*skipped == distance) return true;
  Finish(End::kCut, "ends before the position that was taken");
  return false;
}

Status Reader::PassRest() {
  const auto skipped = input_->Skip(std::numeric_limits<std::uint64_t>::max());
  if (end_ == End::kNone) Finish(End::kCut, "not read to its end");
  return skipped.status();
}

// False: there is no more for now.
bool Reader::Fill() {
  const auto got = input_->Read(splitter_.Room());
  if (got.status().code() == Code::kBusy) return false;
  if (!got.ok()) {
    Finish(got.status().code() == Code::kMalformed ? End::kBroken : End::kFailed,
           got.status().message());
    return true;
  }
  splitter_.Filled(*got);
  if (*got > 0) return true;
  FinishAtEnd();
  return true;
}

// Where compressed data was cut off, STOP does not make it whole: its checksum is missing, or a
// capture behind it.
void Reader::FinishAtEnd() {
  const std::string cut = input_->cut();
  const bool stopped = seen_start_ && !started_ && splitter_.held() == 0;
  if (stopped) {
    Finish(cut.empty() ? End::kStop : End::kCut, cut);
    return;
  }
  std::string reason = splitter_.held() > 0 ? "ends inside a frame" : "ends without STOP";
  if (!cut.empty()) reason += ": " + cut;
  Finish(End::kCut, std::move(reason));
}

void Reader::ReadControl() {
  const auto control = DecodeControl(splitter_.payload());
  if (!control.has_value()) {
    Finish(seen_start_ ? End::kBroken : End::kForeign, "a control frame that cannot be read");
    return;
  }
  if (control->type == ControlType::kStart) {
    if (!control->suits) {
      Finish(seen_start_ ? End::kBroken : End::kForeign,
             "Frame Streams of another content type than " + std::string(kContentType));
      return;
    }
    started_ = true;
    seen_start_ = true;
  } else if (!seen_start_) {
    Finish(End::kForeign, "not a Frame Streams file: no START frame");
  } else if (control->type == ControlType::kStop) {
    started_ = false;
  }
}

std::optional<Bytes> Reader::Finish(End end, std::string reason) {
  end_ = end;
  reason_ = std::move(reason);
  return std::nullopt;
}

}  // namespace pdns::frame
