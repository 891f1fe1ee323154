#include "query/pivot.h"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/hash.h"
#include "dns/text.h"
#include "record/tuple_key.h"
#include "store/reverse_key.h"

namespace pdns::query {
namespace {

using record::RrType;
using store::Index;
using Kind = PivotNode::Kind;

struct Interval {
  std::chrono::sys_seconds first;
  std::chrono::sys_seconds last;
};

// What a row leads to.
struct FarEnd {
  Kind kind;
  Bytes bytes;  // a wire name or an address
};

// What the walk knows of a node beyond what it shows.
struct Place {
  std::string bytes;
  std::size_t parent = 0;
  std::optional<Interval> seen;  // none: any time
  bool as_name = false;
  bool as_server = false;
};

AddressBlock OneAddress(Bytes bytes) {
  AddressBlock block;
  block.size = bytes.size();
  std::copy(bytes.begin(), bytes.end(), block.first.begin());
  block.last = block.first;
  return block;
}

std::string TextOf(const FarEnd& end) {
  return end.kind == Kind::kAddress ? BlockText(OneAddress(end.bytes)) : dns::NameToText(end.bytes);
}

// Nothing for rdata that does not hold what its type says.
std::optional<FarEnd> FarEndOf(const record::Tuple& tuple, Index index) {
  if (index == Index::kReverse) return FarEnd{Kind::kName, tuple.owner};
  const Bytes rdata = tuple.rdata;
  if (tuple.type == RrType::kA || tuple.type == RrType::kAaaa) {
    if (rdata.size() != (tuple.type == RrType::kA ? 4U : 16U)) return std::nullopt;
    return FarEnd{Kind::kAddress, rdata};
  }
  if (record::NameLength(rdata) != rdata.size()) return std::nullopt;
  return FarEnd{tuple.type == RrType::kNs ? Kind::kNameServer : Kind::kName, rdata};
}

// What keys of both indexes have before the type.
std::string OwnerPrefix(Bytes owner) {
  std::string prefix;
  record::AppendOrderedName(prefix, owner);
  return prefix;
}
std::string TargetPrefix(const record::Name& target) { return store::TargetRange(target).lo; }
std::string AddressPrefix(Bytes address) { return store::AddressRange(address, address).lo; }

store::KeyRange RangeOf(std::string prefix, RrType type) {
  AppendU16(prefix, static_cast<std::uint16_t>(type));
  return store::PrefixRange(std::move(prefix));
}

class Walk {
 public:
  Walk(store::Reader& reader, const PivotOptions& options,
       const std::function<bool(const Hit&)>& sink)
      : reader_(reader), options_(options), sink_(sink) {}

  PivotOutcome From(const PivotStart& start) {
    if (!Begin(start)) {
      out_.status = Status::Usage("a pivot begins at one name or one address");
      return std::move(out_);
    }
    // Nodes are found in order of their depth, so the first at the last step ends it.
    for (; at_ < out_.nodes.size() && Going() && out_.nodes[at_].depth < options_.depth; ++at_) {
      Expand();
    }
    return std::move(out_);
  }

 private:
  bool Going() const { return out_.status.ok() && !out_.stopped; }

  bool Begin(const PivotStart& start) {
    if (const auto* name = std::get_if<record::Name>(&start)) {
      Reach({Kind::kName, name->wire()}, std::nullopt);
    } else {
      const auto& block = std::get<AddressBlock>(start);
      if ((block.size != 4 && block.size != 16) || block.first != block.last) return false;
      Reach({Kind::kAddress, block.lowest()}, std::nullopt);
    }
    out_.nodes.front().start = true;
    return true;
  }

  void Expand() {
    const Place place = places_[at_];  // a copy: places are added
    path_ = PathTo(at_);
    if (out_.nodes[at_].kind == Kind::kAddress) return ExpandAddress(AsBytes(place.bytes));
    const auto name = record::Name::FromWire(AsBytes(place.bytes));
    if (!name.has_value()) return;  // never: it was made of one
    const std::string own = OwnerPrefix(name->wire());
    Follow(Index::kForward, own, RrType::kA);
    Follow(Index::kForward, own, RrType::kAaaa);
    if (place.as_name) {
      Follow(Index::kForward, own, RrType::kCname);
      Follow(Index::kForward, own, RrType::kDname);
      FollowServers(*name);
      FollowToTarget(*name, RrType::kCname);
    }
    if (place.as_server) FollowToTarget(*name, RrType::kNs);
  }

  void ExpandAddress(Bytes address) {
    const std::string prefix = AddressPrefix(address);
    const RrType own = address.size() == 4 ? RrType::kA : RrType::kAaaa;
    if (Shared(CountOnAddress(prefix, own))) return;
    for (const RrType type : {own, RrType::kSvcb, RrType::kHttps}) {
      Follow(Index::kReverse, prefix, type);
    }
  }

  // A name without name servers has those of the zone it is in. A top-level domain's say nothing.
  void FollowServers(const record::Name& name) {
    for (unsigned labels = record::CountLabels(name.wire()); Going(); --labels) {
      const Bytes zone = record::Suffix(name.wire(), labels);
      if (Follow(Index::kForward, OwnerPrefix(zone), RrType::kNs) > 0 || labels <= 2) return;
    }
  }

  void FollowToTarget(const record::Name& target, RrType type) {
    const std::string prefix = TargetPrefix(target);
    std::uint64_t names = 0;
    EachOwner(prefix, type, [&](Bytes) { ++names; });
    if (!Shared(names)) Follow(Index::kReverse, prefix, type);
  }

  // Marks the node at which we are.
  bool Shared(std::uint64_t names) {
    if (names <= options_.max_fanout) return false;
    out_.nodes[at_].shared = true;
    out_.nodes[at_].names += names;
    return true;
  }

  // The owners of one type behind `prefix` of the reverse index, each once, from keys alone.
  void EachOwner(const std::string& prefix, RrType type, const std::function<void(Bytes)>& each) {
    if (!Going()) return;
    std::string last;
    store::ScanPlan plan{Index::kReverse, RangeOf(prefix, type), {}, {}};
    const std::size_t owner_at = plan.range.lo.size();
    plan.filter = [&](std::string_view key, std::string&) {
      Cursor cursor(AsBytes(key), owner_at);
      const record::Name owner = record::ReadOrderedName(cursor);
      if (cursor.ok() && AsText(owner.wire()) != last) {
        last = AsText(owner.wire());
        each(owner.wire());
      }
      return store::Step::kSkip;
    };
    out_.status = reader_.Scan(plan, [](const store::Row&) { return true; });
  }

  // Each name once, whatever types it has there. Addresses with the most names have them in address
  // records, so only those with hints are remembered.
  std::uint64_t CountOnAddress(const std::string& prefix, RrType own) {
    std::vector<std::uint64_t> hinted;
    for (const RrType type : {RrType::kSvcb, RrType::kHttps}) {
      EachOwner(prefix, type, [&](Bytes owner) { hinted.push_back(Hash64(owner, 0)); });
    }
    std::sort(hinted.begin(), hinted.end());
    hinted.erase(std::unique(hinted.begin(), hinted.end()), hinted.end());
    std::uint64_t names = hinted.size();
    EachOwner(prefix, own, [&](Bytes owner) {
      if (!std::binary_search(hinted.begin(), hinted.end(), Hash64(owner, 0))) ++names;
    });
    return names;
  }

  // Takes the rows of one type that count to the graph and to the sink. How many there were.
  std::uint64_t Follow(Index index, const std::string& prefix, RrType type) {
    if (!Going()) return 0;
    std::uint64_t counted = 0;
    const auto take = [&](const store::Row& row) {
      const auto end = FarEndOf(row.tuple, index);
      if (!end.has_value() || !Overlaps(row.sighting)) return true;
      ++counted;
      const std::size_t there = Reach(*end, Interval{row.sighting.first, row.sighting.last});
      const bool forward = index == Index::kForward;
      AddEdge({forward ? at_ : there, forward ? there : at_, row.tuple.type});
      return HandOn(row);
    };
    out_.status = reader_.Scan(index, RangeOf(prefix, type), take);
    return counted;
  }

  bool Overlaps(const record::Sighting& sighting) const {
    const auto& seen = places_[at_].seen;
    return !seen.has_value() || (sighting.first - seen->last <= options_.slack &&
                                 seen->first - sighting.last <= options_.slack);
  }

  // The node that is there, made when it is new. One whose turn is still to come learns from every
  // row that leads to it.
  std::size_t Reach(const FarEnd& end, const std::optional<Interval>& seen) {
    std::string text = TextOf(end);
    const auto [known, fresh] = by_text_.try_emplace(text, out_.nodes.size());
    const std::size_t there = known->second;
    if (fresh) {
      const unsigned depth = there == 0 ? 0 : out_.nodes[at_].depth + 1;
      out_.nodes.push_back({std::move(text), end.kind, false, depth, false, 0});
      places_.push_back({std::string(AsText(end.bytes)), at_, seen, false, false});
    } else if (there <= at_) {
      return there;
    }
    Place& place = places_[there];
    if (seen.has_value() && place.seen.has_value()) {
      place.seen->first = std::min(place.seen->first, seen->first);
      place.seen->last = std::max(place.seen->last, seen->last);
    }
    place.as_name |= end.kind == Kind::kName;
    place.as_server |= end.kind == Kind::kNameServer;
    if (place.as_server) out_.nodes[there].kind = Kind::kNameServer;
    return there;
  }

  void AddEdge(const PivotEdge& edge) {
    if (edges_.emplace(edge.from, edge.to, edge.type).second) out_.edges.push_back(edge);
  }

  bool HandOn(const store::Row& row) {
    std::string key;
    record::AppendTupleKey(key, row.tuple);
    if (!handed_.insert(std::move(key)).second) return true;
    ++out_.rows;
    out_.stopped = !sink_({row.tuple, row.sighting, nullptr, path_});
    return !out_.stopped;
  }

  std::vector<std::string> PathTo(std::size_t node) const {
    std::vector<std::string> path{out_.nodes[node].text};
    while (node != 0) {
      node = places_[node].parent;
      path.push_back(out_.nodes[node].text);
    }
    std::reverse(path.begin(), path.end());
    return path;
  }

  store::Reader& reader_;
  const PivotOptions& options_;
  const std::function<bool(const Hit&)>& sink_;

  PivotOutcome out_;
  std::vector<Place> places_;  // of out_.nodes
  std::size_t at_ = 0;         // the node whose turn it is; those behind it are still to come
  std::vector<std::string> path_;
  std::unordered_map<std::string, std::size_t> by_text_;
  std::set<std::tuple<std::size_t, std::size_t, RrType>> edges_;
  std::unordered_set<std::string> handed_;  // tuple keys
};

}  // namespace

PivotOutcome Pivot(store::Reader& reader, const PivotStart& start, const PivotOptions& options,
                   const std::function<bool(const Hit&)>& sink) {
  return Walk(reader, options, sink).From(start);
}

}  // namespace pdns::query
