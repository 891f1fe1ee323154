#include "query/pivot.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "base/hash.h"
#include "query/far_end.h"
#include "query/pivot_graph.h"
#include "record/tuple_key.h"
#include "store/reverse_key.h"

namespace pdns::query {
namespace {

using record::RrType;
using store::Index;
using Kind = PivotNode::Kind;
using What = PivotCut::What;

// One kind of rows at a node: what max_fanout is held against, all types together.
struct Group {
  What what;
  Index index;
  std::string prefix;  // of keys, before the type
  std::vector<RrType> types;
};

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
    const auto& nodes = graph_.nodes();
    for (; at_ < nodes.size() && nodes[at_].depth < options_.depth; ++at_) {
      if (!Going() || !AskWatch()) break;
      Expand();
    }
    out_.nodes = graph_.TakeNodes();
    out_.edges = graph_.TakeEdges();
    return std::move(out_);
  }

 private:
  bool Going() const { return out_.status.ok() && !out_.stopped; }

  bool Begin(const PivotStart& start) {
    if (const auto* name = std::get_if<record::Name>(&start)) {
      graph_.Begin({Kind::kName, std::string(AsText(name->wire()))});
      return true;
    }
    const auto& block = std::get<dns::AddressBlock>(start);
    if ((block.size != 4 && block.size != 16) || block.first != block.last) return false;
    graph_.Begin({Kind::kAddress, std::string(AsText(block.lowest()))});
    return true;
  }

  bool AskWatch() {
    if (options_.watch && !options_.watch(out_.keys)) out_.stopped = true;
    return !out_.stopped;
  }

  // False: the watch ends all.
  bool Looked() { return ++out_.keys % kKeysPerWatch != 0 || AskWatch(); }

  void Expand() {
    const PivotPlace place = graph_.place(at_);  // a copy: places are added
    path_ = graph_.PathTo(at_);
    if (graph_.nodes()[at_].kind == Kind::kAddress) return ExpandAddress(AsBytes(place.bytes));
    const auto name = record::Name::FromWire(AsBytes(place.bytes));
    if (!name.has_value()) return;  // never: it was made of one
    const std::string own = OwnerPrefix(name->wire());
    Follow({What::kAddresses, Index::kForward, own, {RrType::kA, RrType::kAaaa}});
    if (place.as_name) {
      Follow({What::kEndpoints, Index::kForward, own, {RrType::kHttps, RrType::kSvcb}});
      Follow({What::kAliasTargets, Index::kForward, own, {RrType::kCname, RrType::kDname}});
      FollowServers(*name);
    }
    FollowToTarget(*name, place.as_name);
  }

  void ExpandAddress(Bytes address) {
    const RrType own = address.size() == 4 ? RrType::kA : RrType::kAaaa;
    Follow({What::kNames,
            Index::kReverse,
            AddressPrefix(address),
            {own, RrType::kSvcb, RrType::kHttps}});
  }

  // A name without name servers has those of the zone it is in. A top-level domain's say nothing.
  void FollowServers(const record::Name& name) {
    for (unsigned labels = record::CountLabels(name.wire()); Going(); --labels) {
      const std::string zone = OwnerPrefix(record::Suffix(name.wire(), labels));
      if (Follow({What::kNameServers, Index::kForward, zone, {RrType::kNs}}) || labels <= 2) return;
    }
  }

  // The root as target of MX, HTTPS and SVCB stands for none or for their owner (RFC 7505, 9460).
  void FollowToTarget(const record::Name& target, bool as_name) {
    const std::string prefix = TargetPrefix(target);
    const bool root = target == record::Name();
    if (as_name) {
      std::vector<RrType> aliases{RrType::kCname, RrType::kDname};
      if (!root) aliases.insert(aliases.end(), {RrType::kHttps, RrType::kSvcb});
      Follow({What::kAliases, Index::kReverse, prefix, std::move(aliases)});
    }
    if (Follow({What::kZones, Index::kReverse, prefix, {RrType::kNs}})) graph_.ServesZones(at_);
    if (as_name && !root) Follow({What::kMailDomains, Index::kReverse, prefix, {RrType::kMx}});
  }

  // Takes the rows of the group that count to the graph and to the sink, or none, when they lead to
  // too many. False: there were none. Where counting fails, what can be read is taken all the same.
  bool Follow(const Group& group) {
    if (!Going()) return false;
    const PivotCut found = Count(group);
    if (out_.stopped || found.count == 0) return false;
    if (found.count > options_.max_fanout) {
      graph_.Cut(at_, found);
      return true;
    }
    const std::uint64_t before = counted_;
    const Status counting = std::exchange(out_.status, {});
    for (const RrType type : group.types) FollowType(group, type);
    if (out_.status.ok()) out_.status = counting;
    return counted_ > before;
  }

  // How many different far ends, from keys alone.
  PivotCut Count(const Group& group) {
    const std::uint64_t most = std::max(options_.max_fanout, kMostCounted);
    std::unordered_set<std::uint64_t> ends;
    const auto add = [&](Bytes end) {
      ends.insert(Hash64(end, 0));
      return ends.size() <= most;
    };
    for (const RrType type : group.types) {
      if (!Going() || ends.size() > most) break;
      if (group.index == Index::kReverse) {
        EachOwner(RangeOf(group.prefix, type), add);
      } else {
        EachFarEnd(RangeOf(group.prefix, type), add);
      }
    }
    return {group.what, std::min<std::uint64_t>(ends.size(), most), ends.size() > most};
  }

  using Each = std::function<bool(Bytes)>;  // false ends it

  // The owners of one type in the reverse index: one key is looked at for each.
  void EachOwner(const store::KeyRange& range, const Each& each) {
    const std::size_t owner_at = range.lo.size();
    Scan({Index::kReverse, range, {}, [&](std::string_view key, std::string& jump) {
            if (!Looked()) return store::Step::kEnd;
            Cursor cursor(AsBytes(key), owner_at);
            record::ReadOrderedName(cursor);
            if (!cursor.ok()) return store::Step::kSkip;
            const std::string_view up_to_owner = key.substr(0, cursor.position());
            if (!each(AsBytes(up_to_owner.substr(owner_at)))) return store::Step::kEnd;
            jump = store::PrefixRange(std::string(up_to_owner)).hi;
            return store::Step::kJump;
          }});
  }

  void EachFarEnd(const store::KeyRange& range, const Each& each) {
    Scan({Index::kForward, range, {}, [&](std::string_view key, std::string&) {
            if (!Looked()) return store::Step::kEnd;
            const auto tuple = record::DecodeTupleKey(AsBytes(key));
            if (!tuple.has_value()) return store::Step::kSkip;
            for (const FarEnd& end : FarEndsOf(tuple->view(), Index::kForward)) {
              if (!each(AsBytes(end.bytes))) return store::Step::kEnd;
            }
            return store::Step::kSkip;
          }});
  }

  void Scan(
      const store::ScanPlan& plan,
      const store::RowSink& sink = [](const store::Row&) { return true; }) {
    Status scanned = reader_.Scan(plan, sink);
    if (!scanned.ok()) out_.status = std::move(scanned);
  }

  void FollowType(const Group& group, RrType type) {
    if (!Going()) return;
    const auto look = [&](std::string_view, std::string&) {
      return Looked() ? store::Step::kTake : store::Step::kEnd;
    };
    Scan({group.index, RangeOf(group.prefix, type), {}, look},
         [&](const store::Row& row) { return Take(row, group.index); });
  }

  bool Take(const store::Row& row, Index index) {
    const std::vector<FarEnd> ends = FarEndsOf(row.tuple, index);
    if (ends.empty() || !Overlaps(row.sighting)) return true;
    ++counted_;
    for (const FarEnd& end : ends) {
      const std::size_t there = graph_.Reach(end, at_, {row.sighting.first, row.sighting.last});
      const bool forward = index == Index::kForward;
      graph_.Connect({forward ? at_ : there, forward ? there : at_, row.tuple.type});
    }
    return HandOn(row) && HasRoom();
  }

  bool HasRoom() {
    const std::uint64_t most = options_.max_size;
    if (std::max({graph_.nodes().size(), graph_.edges().size(), handed_.size()}) <= most)
      return true;
    out_.status = Status::Usage(
        fmt::format("there are more than {} nodes, edges or rows around it; fewer steps or a lower "
                    "--max-fanout give a whole answer",
                    most));
    return false;
  }

  bool Overlaps(const record::Sighting& sighting) const {
    const auto& seen = graph_.place(at_).seen;
    return !seen.has_value() || (sighting.first - seen->last <= options_.slack &&
                                 seen->first - sighting.last <= options_.slack);
  }

  bool HandOn(const store::Row& row) {
    std::string key;
    record::AppendTupleKey(key, row.tuple);
    if (!handed_.insert(std::move(key)).second) return true;
    ++out_.rows;
    out_.stopped = !sink_({row.tuple, row.sighting, nullptr, path_});
    return !out_.stopped;
  }

  store::Reader& reader_;
  const PivotOptions& options_;
  const std::function<bool(const Hit&)>& sink_;

  PivotOutcome out_;
  PivotGraph graph_;
  std::size_t at_ = 0;         // the node whose turn it is; those behind it are still to come
  std::uint64_t counted_ = 0;  // rows that counted, handed on or not
  std::vector<std::string> path_;
  std::unordered_set<std::string> handed_;  // tuple keys
};

}  // namespace

PivotOutcome Pivot(store::Reader& reader, const PivotStart& start, const PivotOptions& options,
                   const std::function<bool(const Hit&)>& sink) {
  return Walk(reader, options, sink).From(start);
}

}  // namespace pdns::query
