// The guest room of libarchive: its filters by content, its "raw" format as the one entry.
#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "frame/input.h"
#include "frame/input_xz.h"

namespace pdns::frame {
namespace {

constexpr std::size_t kBlock = 256U << 10;

class CompressedInput final : public Input {
 public:
  explicit CompressedInput(std::unique_ptr<Input> raw)
      : raw_(std::move(raw)), block_(kBlock), archive_(archive_read_new()) {}
  ~CompressedInput() override { archive_read_free(archive_); }
  CompressedInput(const CompressedInput&) = delete;
  CompressedInput& operator=(const CompressedInput&) = delete;

  Status Open() {
    archive_read_support_filter_gzip(archive_);
    archive_read_support_filter_bzip2(archive_);
    archive_read_support_filter_zstd(archive_);
    archive_read_support_filter_lz4(archive_);
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
    constexpr int kNoFilter = 1;  // libarchive counts the bare stream as one
    if (archive_filter_count(archive_) == kNoFilter) {
      return Status::Malformed(
          "neither a Frame Streams file nor compressed (gzip, bzip2, xz, zstd, lz4)");
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
    // libzstd's bound, in its words. A test holds it to both.
    if (text != nullptr && strstr(text, "too much memory") != nullptr) {
      return Status::Io(
          "zstd: it takes more than 128 MiB to unpack, and may take 128; compress it anew, with "
          "zstd --long=27 or less");
    }
    return Status::Malformed(std::string("compressed data is damaged: ") +
                             (text != nullptr ? text : "no reason given"));
  }

  // The formats word it differently ("truncated gzip input", "Truncated zstd input"), with one word
  // in common; xz may say at the end that it cannot go on, and gzip says nothing when its trailer
  // is cut. A test holds each of them to it.
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
  std::uint64_t consumed() const override { return rest_->consumed(); }
  bool reopenable() const override { return rest_->reopenable(); }

 private:
  std::string head_;
  std::unique_ptr<Input> rest_;
};

}  // namespace

// xz is not libarchive's, which grants a file 1 GiB; nor is one inside another compression.
Result<std::unique_ptr<Input>> Unpack(std::unique_ptr<Input> raw) {
  std::string head;
  std::array<std::uint8_t, kXzMagic> some{};
  while (head.size() < kXzMagic) {
    const auto got = raw->Read(std::span(some).first(kXzMagic - head.size()));
    if (!got.ok()) return got.status();
    if (*got == 0) break;
    AppendBytes(head, Bytes(some).first(*got));
  }
  const bool xz = IsXz(AsBytes(head));
  raw = std::make_unique<Replayed>(std::move(head), std::move(raw));
  if (xz) return MakeXzInput(std::move(raw));
  auto input = std::make_unique<CompressedInput>(std::move(raw));
  if (Status opened = input->Open(); !opened.ok()) return opened;
  return std::unique_ptr<Input>(std::move(input));
}

}  // namespace pdns::frame
