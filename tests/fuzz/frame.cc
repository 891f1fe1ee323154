// The frame reader held to libfstrm's own over the same bytes, however the reads are cut.
//
// They may differ in three ways only:
// * libfstrm is done at STOP; a capture may follow there, so the reference is started anew behind
//   any control frames but START;
// * amid the data libfstrm passes over every control frame but STOP; a START of another content
//   type ends ours (kBroken);
// * where START must stand, libfstrm fails at the length of a data frame; ours waits for the whole
//   of it, and the stream may end before (kCut).
#include <fstrm.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "check.h"
#include "frame/control.h"
#include "frame/reader.h"

namespace {

using pdns::Bytes;
using pdns::Cursor;
using pdns::frame::ControlType;
using pdns::frame::End;

struct Outcome {
  std::vector<std::pair<std::string, std::uint64_t>> frames;  // payload, offset behind it
  End end = End::kNone;
};

// What libfstrm reads from: never fewer bytes than it asks for. Follows the frames that go by.
struct Source {
  Bytes bytes;
  std::size_t at = 0;
  bool ran_out = false;
  bool opened = false;  // START was accepted
  std::optional<std::size_t> foreign_start = std::nullopt;

  enum { kLength, kControlLength, kControl, kData } next = kLength;

  fstrm_res Read(void* into, std::size_t count) {
    if (count > bytes.size() - at) {
      ran_out = true;
      return fstrm_res_failure;
    }
    const Bytes read = bytes.subspan(at, count);
    if (count > 0) std::memcpy(into, read.data(), count);
    at += count;
    Follow(read);
    return fstrm_res_success;
  }

  void Follow(Bytes read) {
    switch (next) {
      case kLength:
        next = Cursor(read).U32() == 0 ? kControlLength : kData;
        break;
      case kControlLength:
        next = kControl;
        break;
      case kControl: {
        const auto control = pdns::frame::DecodeControl(read);
        if (opened && !foreign_start && control && control->type == ControlType::kStart &&
            !control->suits) {
          foreign_start = at;
        }
        next = kLength;
        break;
      }
      case kData:
        next = kLength;
        break;
    }
  }
};

// One capture by libfstrm, up to its STOP or to where it fails; true at STOP.
bool ReadCapture(Source& source, Outcome& outcome) {
  fstrm_rdwr* rdwr = fstrm_rdwr_init(&source);
  fstrm_rdwr_set_open(rdwr, [](void*) { return fstrm_res_success; });
  fstrm_rdwr_set_close(rdwr, [](void*) { return fstrm_res_success; });
  fstrm_rdwr_set_read(rdwr, [](void* self, void* into, std::size_t count) {
    return static_cast<Source*>(self)->Read(into, count);
  });
  fstrm_reader_options* options = fstrm_reader_options_init();
  fstrm_reader_options_add_content_type(options, pdns::frame::kContentType.data(),
                                        pdns::frame::kContentType.size());
  fstrm_reader* reader = fstrm_reader_init(options, &rdwr);
  fstrm_reader_options_destroy(&options);
  source.next = Source::kLength;
  fstrm_res result = fstrm_reader_open(reader);
  source.opened = result == fstrm_res_success;
  while (result == fstrm_res_success) {
    const std::uint8_t* data = nullptr;
    std::size_t size = 0;
    result = fstrm_reader_read(reader, &data, &size);
    if (result != fstrm_res_success) break;
    if (data == nullptr) {  // libfstrm 0.6.1 reports a length above its limit as success
      result = fstrm_res_failure;
      break;
    }
    outcome.frames.emplace_back(pdns::AsText({data, size}), source.at);
  }
  fstrm_reader_destroy(&reader);
  return result == fstrm_res_stop;
}

// Between STOP and the next START.
void PassOverControls(Source& source) {
  while (true) {
    Cursor cursor(source.bytes, source.at);
    const std::uint32_t escape = cursor.U32();
    const std::uint32_t length = cursor.U32();
    if (escape != 0 || length > pdns::frame::kMaxControlLength) return;
    const Bytes payload = cursor.Read(length);
    const auto control = pdns::frame::DecodeControl(payload);
    if (!cursor.ok() || !control || control->type == ControlType::kStart) return;
    source.at = cursor.position();
  }
}

bool IsCutDataFrame(Bytes bytes, std::size_t at) {
  Cursor cursor(bytes, at);
  const std::uint32_t length = cursor.U32();
  return cursor.ok() && length > 0 && length <= pdns::frame::kMaxFrameLength &&
         length > cursor.left();
}

Outcome Reference(Bytes bytes) {
  Outcome outcome;
  Source source{bytes};
  bool started = false;
  std::size_t start = 0;
  while (ReadCapture(source, outcome)) {
    started = true;
    PassOverControls(source);
    start = source.at;
    source.opened = false;
    if (start == bytes.size()) {
      outcome.end = End::kStop;
      break;
    }
  }
  if (outcome.end == End::kNone) {
    const bool cut = source.ran_out || (!source.opened && IsCutDataFrame(bytes, start));
    started = started || source.opened;
    outcome.end = cut ? End::kCut : started ? End::kBroken : End::kForeign;
  }
  if (source.foreign_start.has_value()) {
    const auto behind = [&](const auto& frame) { return frame.second > *source.foreign_start; };
    std::erase_if(outcome.frames, behind);
    outcome.end = End::kBroken;
  }
  return outcome;
}

// Hands the bytes out in pieces of up to `most`.
class CutInput final : public pdns::frame::Input {
 public:
  CutInput(Bytes bytes, std::size_t most) : bytes_(bytes), most_(most) {}

  pdns::Result<std::size_t> Read(std::span<std::uint8_t> into) override {
    const std::size_t n = std::min(
        {into.size(), bytes_.size() - at_, 1 + static_cast<std::size_t>(random_()) % most_});
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(at_), n, into.begin());
    at_ += n;
    return n;
  }
  std::uint64_t consumed() const override { return at_; }
  bool reopenable() const override { return false; }

 private:
  Bytes bytes_;
  std::size_t most_;
  std::size_t at_ = 0;
  std::minstd_rand random_{1};
};

// `skip_to`: after the first frame go on there.
Outcome Ours(Bytes bytes, std::size_t most, std::uint64_t skip_to = 0) {
  pdns::frame::Reader reader(std::make_unique<CutInput>(bytes, most));
  Outcome outcome;
  while (const auto frame = reader.Next()) {
    outcome.frames.emplace_back(pdns::AsText(*frame), reader.position());
    if (skip_to > 0) MUST_HOLD(reader.SkipTo(std::exchange(skip_to, 0)));
  }
  MUST_HOLD(!reader.Next().has_value());
  outcome.end = reader.end();
  MUST_HOLD((outcome.end == End::kStop) == reader.reason().empty());
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(data, size);
  const Outcome expected = Reference(bytes);
  for (const std::size_t most : {std::size_t{1}, std::size_t{7}, std::size_t{300}, size + 1}) {
    const Outcome ours = Ours(bytes, most);
    MUST_HOLD(ours.frames == expected.frames);
    MUST_HOLD(ours.end == expected.end);
  }
  if (expected.frames.size() < 2) return 0;
  const std::size_t middle = expected.frames.size() / 2;
  const Outcome rest = Ours(bytes, 100, expected.frames[middle - 1].second);
  MUST_HOLD(rest.frames.size() == 1 + expected.frames.size() - middle);
  MUST_HOLD(rest.frames.back() == expected.frames.back());
  return 0;
}
