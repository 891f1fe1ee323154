// A domain name in wire form while a corpus is made: fixed room, no allocation.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace pdns::bench {

// Labels are added first to last; Finish() adds the root. Names made here are short by design, so a
// label or name that does not fit is a mistake of the caller.
class WireName {
 public:
  WireName& Label(std::string_view text) {
    assert(!text.empty() && text.size() <= 63 && size_ + text.size() + 2 <= bytes_.size());
    bytes_[size_++] = static_cast<std::uint8_t>(text.size());
    std::memcpy(bytes_.data() + size_, text.data(), text.size());
    size_ += text.size();
    return *this;
  }
  // "a.b.c", no trailing dot.
  WireName& Labels(std::string_view dotted) {
    for (;;) {
      const std::size_t dot = dotted.find('.');
      Label(dotted.substr(0, dot));
      if (dot == std::string_view::npos) return *this;
      dotted.remove_prefix(dot + 1);
    }
  }
  // The rest of a finished name; this one is finished too.
  WireName& Tail(const std::uint8_t* wire, std::size_t size) {
    assert(size_ + size <= bytes_.size());
    std::memcpy(bytes_.data() + size_, wire, size);
    size_ += size;
    return *this;
  }
  WireName& Finish() {
    bytes_[size_++] = 0;
    return *this;
  }

  [[nodiscard]] const std::uint8_t* data() const { return bytes_.data(); }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::size_t size_ = 0;
  std::array<std::uint8_t, 255> bytes_{};
};

}  // namespace pdns::bench
