#include "aggregate/window.h"

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "base/hash.h"

namespace pdns::aggregate {
namespace {

// Bytes that stay where they are until Clear.
class Arena {
 public:
  std::string_view Copy(std::string_view bytes) {
    if (bytes.size() > left_) NewBlock(bytes.size());
    std::memcpy(next_, bytes.data(), bytes.size());
    const std::string_view copy(next_, bytes.size());
    next_ += bytes.size();
    left_ -= bytes.size();
    return copy;
  }

  std::size_t memory() const { return memory_; }

  void Clear() {
    blocks_.clear();
    next_ = nullptr;
    left_ = 0;
    memory_ = 0;
  }

 private:
  void NewBlock(std::size_t at_least) {
    constexpr std::size_t kBlock = 256U << 10;
    const std::size_t size = std::max(kBlock, at_least);
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
    next_ = blocks_.back().get();
    left_ = size;
    memory_ += size;
  }

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  std::size_t left_ = 0;
  std::size_t memory_ = 0;
};

struct SecretHash {
  std::uint64_t seed;
  std::size_t operator()(std::string_view key) const { return Hash64(AsBytes(key), seed); }
};

}  // namespace

class Window::Table {
 public:
  void Add(const record::Tuple& tuple, const record::Sighting& sighting) {
    packed_.clear();
    record::AppendPacked(packed_, tuple);
    bool fresh = false;
    const auto found = rows_.lazy_emplace(std::string_view(packed_), [&](const auto& construct) {
      fresh = true;
      construct(arena_.Copy(packed_), sighting);
    });
    if (!fresh) record::Merge(found->second, sighting);
  }

  std::size_t size() const { return rows_.size(); }

  std::size_t memory() const {
    constexpr std::size_t kSlot = sizeof(std::pair<std::string_view, record::Sighting>) + 1;
    return arena_.memory() + rows_.capacity() * kSlot;
  }

  std::vector<record::Observation> List() const {
    std::vector<record::Observation> list;
    list.reserve(rows_.size());
    for (const auto& [packed, sighting] : rows_) {
      list.push_back({record::Unpack(AsBytes(packed)), sighting});
    }
    return list;
  }

  void Clear() {
    rows_.clear();
    arena_.Clear();
  }

 private:
  Arena arena_;
  std::string packed_;
  absl::flat_hash_map<std::string_view, record::Sighting, SecretHash> rows_{
      0, SecretHash{RandomSeed()}};
};

Window::Window() : trusted_(std::make_unique<Table>()), quarantined_(std::make_unique<Table>()) {}
Window::~Window() = default;

void Window::Add(const record::Tuple& tuple, const record::Sighting& sighting) {
  (sighting.reasons == record::kTrusted ? trusted_ : quarantined_)->Add(tuple, sighting);
}

std::size_t Window::size() const { return trusted_->size() + quarantined_->size(); }
std::size_t Window::memory() const { return trusted_->memory() + quarantined_->memory(); }
std::vector<record::Observation> Window::Trusted() const { return trusted_->List(); }
std::vector<record::Observation> Window::Quarantined() const { return quarantined_->List(); }

void Window::Clear() {
  trusted_->Clear();
  quarantined_->Clear();
}

}  // namespace pdns::aggregate
