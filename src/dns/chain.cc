#include "dns/chain.h"

#include <algorithm>

#include "record/name.h"

namespace pdns::dns {

using record::RrType;
using record::Tuple;

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
  made_ = 0;
  links_.assign(links.begin(), links.end());
  std::sort(links_.begin(), links_.end(),
            [](const Tuple& a, const Tuple& b) { return AsText(a.owner) < AsText(b.owner); });
  pending_.assign(1, AsText(question_));
  while (!pending_.empty()) {
    const std::string_view name = pending_.back();
    pending_.pop_back();
    Follow(name);
  }
}

void Chain::Follow(std::string_view name) {
  for (const Tuple& link : LinksAt(name)) {
    if (link.type == RrType::kCname) Add(AsText(link.rdata));
  }
  // Every proper ancestor, the root included.
  for (std::size_t at = 0; name[at] != 0;) {
    at += static_cast<std::uint8_t>(name[at]) + 1U;
    for (const Tuple& link : LinksAt(name.substr(at))) {
      if (link.type == RrType::kDname) Apply(link, name);
    }
  }
}

void Chain::Apply(const Tuple& dname, std::string_view name) {
  dname_owners_.insert(AsText(dname.owner));
  std::string made(name.substr(0, name.size() - dname.owner.size()));
  made.append(AsText(dname.rdata));
  if (made.size() > record::kMaxNameLength || made_ >= kMaxMadeNames) return;
  ++made_;
  Add(made);
}

void Chain::Add(std::string_view name) {
  if (name == AsText(question_)) return;
  const auto [added, fresh] = names_.emplace(name);
  if (fresh) pending_.push_back(*added);  // a set's elements stay where they are
}

std::span<const Tuple> Chain::LinksAt(std::string_view owner) const {
  const auto before = [](const Tuple& link, std::string_view text) {
    return AsText(link.owner) < text;
  };
  const auto first = std::lower_bound(links_.begin(), links_.end(), owner, before);
  auto last = first;
  while (last != links_.end() && AsText(last->owner) == owner) ++last;
  return {first, last};
}

}  // namespace pdns::dns
