#include "ask/wanted.h"

#include <algorithm>
#include <bit>

#include "base/hash.h"
#include "dns/targets.h"

namespace pdns::ask {
namespace {

std::uint64_t HashOf(std::string_view bytes) { return Hash64(AsBytes(bytes), 0); }

}  // namespace

void Wanted::Spans::Add(std::string_view lo, std::uint32_t number) {
  slots_.push_back({HashOf(lo), number});
  sizes_.set(lo.size());
}

void Wanted::Spans::Index() {
  std::sort(slots_.begin(), slots_.end(), [](const Slot& a, const Slot& b) {
    return a.hash != b.hash ? a.hash < b.hash : a.number < b.number;
  });
  const std::uint64_t bits = std::bit_ceil(std::max<std::uint64_t>(64, 8 * slots_.size()));
  seen_.assign(bits / 64, 0);
  mask_ = bits - 1;
  for (const Slot& slot : slots_)
    seen_[(slot.hash & mask_) / 64] |= std::uint64_t{1} << (slot.hash % 64);
}

void Wanted::Spans::Find(std::string_view bytes, std::vector<std::uint32_t>& numbers) const {
  if (slots_.empty()) return;
  for (std::size_t size = 0; size <= std::min(bytes.size(), sizes_.size() - 1); ++size) {
    if (!sizes_[size]) continue;
    const std::uint64_t hash = HashOf(bytes.substr(0, size));
    if (!MayHave(hash)) continue;
    auto slot = std::lower_bound(slots_.begin(), slots_.end(), hash,
                                 [](const Slot& a, std::uint64_t b) { return a.hash < b; });
    for (; slot != slots_.end() && slot->hash == hash; ++slot) numbers.push_back(slot->number);
  }
}

void Wanted::Add(const Question& question) {
  const store::Span& span = question.span;
  const bool name = !span.lo.empty() && span.lo.size() <= record::kMaxOrderedName;
  if (question.side == store::Side::kOwner && name) {
    owners_.Add(span.lo, next_);
  } else if (question.side == store::Side::kTarget && name) {
    targets_.Add(span.lo, next_);
  } else if (question.side == store::Side::kAddress && !span.lo.empty()) {
    AddRange(span);
  } else {
    others_.push_back(next_);
  }
  ++next_;
}

void Wanted::AddRange(const store::Span& span) {
  if (span.lo == span.hi) return addresses_.Add(span.lo, next_);
  ranges_[span.lo.size() == 4 ? 0 : 1].push_back({span.lo, span.hi, next_});
}

void Wanted::Index() {
  for (Spans* spans : {&owners_, &targets_, &addresses_}) spans->Index();
  for (std::vector<Range>& ranges : ranges_) {
    std::sort(ranges.begin(), ranges.end(),
              [](const Range& a, const Range& b) { return a.lo < b.lo; });
    std::string_view highest;
    for (Range& range : ranges) {
      range.highest = std::max(highest, std::string_view(range.hi));
      highest = range.highest;
    }
  }
}

const std::vector<std::uint32_t>& Wanted::MayHold(const record::Tuple& tuple) {
  found_ = others_;
  ordered_.clear();
  record::AppendOrderedName(ordered_, tuple.owner);
  owners_.Find(ordered_, found_);
  for (const dns::Target target : dns::TargetsOf(tuple.type, tuple.rdata)) {
    if (target.kind == dns::Target::Kind::kName) {
      ordered_.clear();
      record::AppendOrderedName(ordered_, target.bytes);
      targets_.Find(ordered_, found_);
    } else {
      addresses_.Find(AsText(target.bytes), found_);
      FindRanges(AsText(target.bytes));
    }
  }
  std::sort(found_.begin(), found_.end());
  found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
  return found_;
}

// Back from the last that begins at or before the address, as long as one before may reach it.
void Wanted::FindRanges(std::string_view address) {
  const std::vector<Range>& ranges = ranges_[address.size() == 4 ? 0 : 1];
  auto range = std::upper_bound(ranges.begin(), ranges.end(), address,
                                [](std::string_view a, const Range& b) { return a < b.lo; });
  while (range != ranges.begin() && (--range)->highest >= address) {
    if (range->hi >= address) found_.push_back(range->number);
  }
}

}  // namespace pdns::ask
