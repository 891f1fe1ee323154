#include "dns/chain.h"

#include <algorithm>
#include <tuple>

#include "record/name.h"

namespace pdns::dns {

using record::RrType;
using record::Tuple;

namespace {

bool ByOwner(const Tuple& a, const Tuple& b) { return AsText(a.owner) < AsText(b.owner); }

}  // namespace

void Chain::Build(Bytes question, std::span<const Tuple> links) {
  question_ = question;
  few_count_ = 0;
  all_ = false;
  if (links.empty()) return;
  const auto is_cname = [](const Tuple& link) { return link.type == RrType::kCname; };
  all_ = links.size() > kFew || !std::all_of(links.begin(), links.end(), is_cname);
  if (all_) {
    FollowAll(links);
  } else {
    FollowFew(links);
  }
}

bool Chain::Holds(Bytes owner, RrType type) const {
  if (Same(owner, question_)) return true;
  if (!all_) {
    const auto few = std::span(few_).first(few_count_);
    return std::any_of(few.begin(), few.end(), [&](Bytes name) { return Same(name, owner); });
  }
  const std::string_view text = AsText(owner);
  if (names_.contains(text)) return true;
  const bool may_stand_at_dname =
      type == RrType::kDname || type == RrType::kRrsig || type == RrType::kSig;
  return may_stand_at_dname && dname_owners_.contains(text);
}

// Each name on the chain against each link: a CNAME adds one name at most, so few_ has room.
void Chain::FollowFew(std::span<const Tuple> cnames) {
  for (std::size_t i = 0; i <= few_count_; ++i) {
    const Bytes name = i == 0 ? question_ : few_[i - 1];
    for (const Tuple& link : cnames) {
      if (Same(link.owner, name) && !Holds(link.rdata, link.type)) few_[few_count_++] = link.rdata;
    }
  }
}

void Chain::FollowAll(std::span<const Tuple> links) {
  names_.clear();
  dname_owners_.clear();
  cnames_.clear();
  dnames_.clear();
  for (const Tuple& link : links) (link.type == RrType::kCname ? cnames_ : dnames_).push_back(link);
  std::sort(cnames_.begin(), cnames_.end(), ByOwner);
  std::sort(dnames_.begin(), dnames_.end(), [](const Tuple& a, const Tuple& b) {
    return std::tuple(AsText(a.owner), AsText(a.rdata)) <
           std::tuple(AsText(b.owner), AsText(b.rdata));
  });
  const auto same_owner = [](const Tuple& a, const Tuple& b) { return Same(a.owner, b.owner); };
  dnames_.erase(std::unique(dnames_.begin(), dnames_.end(), same_owner), dnames_.end());
  pending_.assign(1, AsText(question_));
  while (!pending_.empty()) {
    const std::string_view name = pending_.back();
    pending_.pop_back();
    Follow(name);
  }
}

void Chain::Follow(std::string_view name) {
  const Tuple at{AsBytes(name), RrType::kCname, {}};
  const auto [first, last] = std::equal_range(cnames_.begin(), cnames_.end(), at, ByOwner);
  std::for_each(first, last, [this](const Tuple& link) { Add(AsText(link.rdata)); });
  if (!dnames_.empty()) FollowDnames(name);
}

// Every proper ancestor may have one, the root included.
void Chain::FollowDnames(std::string_view name) {
  for (std::size_t at = 0; name[at] != 0;) {
    at += static_cast<std::uint8_t>(name[at]) + 1U;
    const Tuple ancestor{AsBytes(name.substr(at)), RrType::kDname, {}};
    const auto dname = std::lower_bound(dnames_.begin(), dnames_.end(), ancestor, ByOwner);
    if (dname == dnames_.end() || !Same(dname->owner, ancestor.owner)) continue;
    dname_owners_.insert(AsText(dname->owner));
    std::string made(name.substr(0, at));
    made.append(AsText(dname->rdata));
    if (made.size() <= record::kMaxNameLength) Add(made);
  }
}

void Chain::Add(std::string_view name) {
  if (names_.size() >= kMaxNames || name == AsText(question_)) return;
  const auto [added, fresh] = names_.emplace(name);
  if (fresh) pending_.push_back(*added);  // a set's elements stay where they are
}

}  // namespace pdns::dns
