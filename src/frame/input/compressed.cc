// The guest room of libarchive: its filters, its "raw" format as the one entry.
#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "frame/input/gzip.h"
#include "frame/input/input.h"
#include "frame/input/xz.h"
#include "frame/input/zstd.h"

namespace pdns::frame {
namespace {

constexpr std::size_t kBlock = 256U << 10;

// One filter of libarchive, and no other that lies within: it would take memory that is not
// counted.
struct Filter {
  int code;
  std::string_view name;
  std::size_t memory;
};

class CompressedInput final : public Input {
 public:
  explicit CompressedInput(std::unique_ptr<Input> raw)
      : raw_(std::move(raw)), block_(kBlock), archive_(archive_read_new()) {}
  ~CompressedInput() override { archive_read_free(archive_); }
  CompressedInput(const CompressedInput&) = delete;
  CompressedInput& operator=(const CompressedInput&) = delete;

  Status Open(const Filter& filter) {
    archive_read_append_filter(archive_, filter.code);
    archive_read_support_format_raw(archive_);
    archive_read_support_format_empty(archive_);  // "raw" wants a byte at least
    archive_entry* entry = nullptr;
    if (archive_read_open(archive_, this, nullptr, &CompressedInput::ReadRaw, nullptr) !=
            ARCHIVE_OK ||
        archive_read_next_header(archive_, &entry) != ARCHIVE_OK) {
      if (!failure_.ok()) return failure_;
      if (archive_errno(archive_) == 0 || Truncated()) {
        ended_ = true;
        return {};
      }
      return Fault();
    }
    return {};
  }

  Result<std::size_t> Read(std::span<std::uint8_t> into) override {
    while (unpacked_.empty() && !ended_) {
      if (Status status = NextBlock(); !status.ok()) return status;
    }
    const std::size_t n = std::min(into.size(), unpacked_.size());
    std::copy_n(unpacked_.begin(), n, into.begin());
    unpacked_ = unpacked_.subspan(n);
    return n;
  }

  void End() { ended_ = true; }  // before it is opened

  std::uint64_t consumed() const override { return raw_->consumed(); }
  bool reopenable() const override { return raw_->reopenable(); }

 private:
  // By blocks, as libarchive has them: asked for more at once, it would drop what it had when it
  // meets a fault.
  Status NextBlock() {
    const void* block = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int got = archive_read_data_block(archive_, &block, &size, &offset);
    if (got == ARCHIVE_OK) unpacked_ = {static_cast<const std::uint8_t*>(block), size};
    if (got == ARCHIVE_OK || got == ARCHIVE_RETRY || got == ARCHIVE_WARN) return {};
    ended_ = true;
    if (!failure_.ok()) return failure_;
    return got < 0 && !Truncated() ? Fault() : Status();
  }

  static la_ssize_t ReadRaw(archive* /*archive*/, void* self, const void** block) {
    auto& input = *static_cast<CompressedInput*>(self);
    *block = input.block_.data();
    const auto got = input.raw_->Read(input.block_);
    if (got.ok()) {
      input.raw_ended_ = *got == 0;
      return static_cast<la_ssize_t>(*got);
    }
    input.failure_ = got.status();
    return ARCHIVE_FATAL;
  }

  Status Fault() const {
    const char* text = archive_error_string(archive_);
    return Status::Malformed(std::string("compressed data is damaged: ") +
                             (text != nullptr ? text : "no reason given"));
  }

  // A test holds each format to it.
  bool Truncated() const {
    const char* text = archive_error_string(archive_);
    if (text == nullptr) return raw_ended_;
    return strcasestr(text, "truncated") != nullptr ||
           (raw_ended_ && strcasestr(text, "no progress") != nullptr);
  }

  std::unique_ptr<Input> raw_;
  std::vector<std::uint8_t> block_;
  archive* archive_;
  Bytes unpacked_;  // of libarchive's current block, not yet handed on
  Status failure_;
  bool raw_ended_ = false;
  bool ended_ = false;
};

// What was read to look at it, and then the rest.
class Replayed final : public Input {
 public:
  Replayed(std::string head, std::unique_ptr<Input> rest)
      : head_(std::move(head)), rest_(std::move(rest)) {}

  Result<std::size_t> Read(std::span<std::uint8_t> into) override {
    if (head_.empty()) return rest_->Read(into);
    const std::size_t n = std::min(into.size(), head_.size());
    std::copy_n(head_.begin(), n, into.begin());
    head_.erase(0, n);
    return n;
  }
  std::string cut() const override { return rest_->cut(); }
  std::uint64_t consumed() const override { return rest_->consumed(); }
  bool reopenable() const override { return rest_->reopenable(); }

 private:
  std::string head_;
  std::unique_ptr<Input> rest_;
};

// An input with memory of its own, given back behind it.
class Alone final : public Input {
 public:
  Result<std::size_t> Read(std::span<std::uint8_t> into) override { return input_->Read(into); }
  Result<std::uint64_t> Skip(std::uint64_t n) override { return input_->Skip(n); }
  std::string cut() const override { return input_->cut(); }
  std::uint64_t consumed() const override { return input_->consumed(); }
  bool reopenable() const override { return input_->reopenable(); }

  UnpackShare& share() { return share_; }
  void Hold(std::unique_ptr<Input> input) { input_ = std::move(input); }

 private:
  UnpackMemory memory_{kUnpackAlone,
                       "compress it anew, with a window of 64 MiB (xz) or 128 MiB (zstd) at most"};
  UnpackShare share_{memory_, nullptr};
  std::unique_ptr<Input> input_;
};

constexpr std::size_t kMagic = 10;  // the longest that is looked at: gzip's and bzip2's

bool Begins(std::string_view head, std::string_view magic) { return head.starts_with(magic); }

// As libarchive tells them.
std::optional<Filter> FilterOf(std::string_view head) {
  const auto byte = [head](std::size_t at) { return static_cast<std::uint8_t>(head[at]); };
  if (head.size() < kMagic) return std::nullopt;
  const std::string_view of_block = head.substr(4);  // the digits of pi, or of its root
  if (Begins(head, "BZh") && byte(3) >= '1' && byte(3) <= '9' &&
      (of_block == "1AY&SY" || of_block == "\x17rE8P\x90")) {
    return Filter{ARCHIVE_FILTER_BZIP2, "bzip2", 5U << 20};
  }
  // Of an lz4 block: what it unpacks to, and a buffer of a power of two for the packed one.
  constexpr std::size_t kBlocks = 3;
  if (Begins(head, "\x02\x21\x4c\x18"))
    return Filter{ARCHIVE_FILTER_LZ4, "lz4", (1U << 20) + kBlocks * (8U << 20)};
  const unsigned size = byte(5) >> 4;
  if (Begins(head, "\x04\x22\x4d\x18") && (byte(4) & 0xc2) == 0x40 && size >= 4 && size < 8 &&
      (byte(5) & 0x0f) == 0) {
    return Filter{ARCHIVE_FILTER_LZ4, "lz4",
                  (1U << 20) + kBlocks * (std::size_t{1} << (8 + 2 * size))};
  }
  return std::nullopt;
}

Result<std::string> ReadHead(Input& input) {
  std::string head;
  std::array<std::uint8_t, kMagic> some{};
  while (head.size() < kMagic) {
    const auto got = input.Read(std::span(some).first(kMagic - head.size()));
    if (!got.ok()) return got.status();
    if (*got == 0) break;
    AppendBytes(head, Bytes(some).first(*got));
  }
  return head;
}

// Does a compression begin so?
bool IsCompressed(const std::string& head) {
  return IsGzip(AsBytes(head)) || IsXz(AsBytes(head)) || IsZstd(AsBytes(head)) ||
         FilterOf(head).has_value();
}

// `head`, which it begins with, is one of a compression.
Result<std::unique_ptr<Input>> UnpackLayer(std::unique_ptr<Input> raw, const std::string& head,
                                           UnpackShare& share) {
  if (IsGzip(AsBytes(head))) return MakeGzipInput(std::move(raw), share);
  if (IsXz(AsBytes(head))) return MakeXzInput(std::move(raw), share);
  if (IsZstd(AsBytes(head))) return MakeZstdInput(std::move(raw), share);
  const Filter filter = FilterOf(head).value_or(Filter{});
  const auto grown = share.Grow(filter.name, filter.memory);
  if (!grown.ok()) return grown.status();
  auto input = std::make_unique<CompressedInput>(std::move(raw));
  if (*grown) {
    if (Status opened = input->Open(filter); !opened.ok()) return opened;
  } else {
    input->End();  // a stop came
  }
  return std::unique_ptr<Input>(std::move(input));
}

Result<std::unique_ptr<Input>> UnpackAll(std::unique_ptr<Input> raw, UnpackShare& share) {
  for (int layers = 0;; ++layers) {
    auto head = ReadHead(*raw);
    if (!head.ok()) return head.status();
    auto whole = std::make_unique<Replayed>(*head, std::move(raw));
    if (!IsCompressed(*head)) {
      if (layers > 0) return std::unique_ptr<Input>(std::move(whole));
      return Status::Malformed(
          "neither a Frame Streams file nor compressed (gzip, bzip2, xz, zstd, lz4)");
    }
    if (layers == kMostLayers) {
      return Status::Malformed(
          fmt::format("more than {} compressions in one another", kMostLayers));
    }
    auto unpacked = UnpackLayer(std::move(whole), *head, share);
    // What lies in xz is not looked at.
    if (!unpacked.ok() || IsXz(AsBytes(*head))) return unpacked;
    raw = std::move(*unpacked);
  }
}

}  // namespace

Result<std::unique_ptr<Input>> Unpack(std::unique_ptr<Input> raw, UnpackShare* share) {
  if (share != nullptr) return UnpackAll(std::move(raw), *share);
  auto alone = std::make_unique<Alone>();
  auto input = UnpackAll(std::move(raw), alone->share());
  if (!input.ok()) return input;
  alone->Hold(std::move(*input));
  return std::unique_ptr<Input>(std::move(alone));
}

}  // namespace pdns::frame
