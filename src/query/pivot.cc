#include "query/pivot.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "base/hash.h"
#include "query/pivot_graph.h"
#include "query/pivot_target.h"
#include "record/tuple_key.h"

namespace pdns::query {
namespace {

using record::RrType;
using store::Side;
using Kind = PivotNode::Kind;
using What = PivotCut::What;

// One kind of rows at a node: what max_fanout is held against, all types together.
struct Group {
  What what;
  Side side;
  store::Span span;  // of one name, or of one address
  std::vector<RrType> types;

  store::Selection Of(RrType type) const {
    store::Selection selection;
    selection.side = side;
    selection.span = span;
    selection.types = {type};
    return selection;
  }
};

store::Span AddressSpan(Bytes address) {
  return {std::string(AsText(address)), std::string(AsText(address))};
}

// What tells rows apart.
std::string IdentityOf(const record::Tuple& tuple) {
  std::string identity(AsText(tuple.owner));
  AppendU16(identity, static_cast<std::uint16_t>(tuple.type));
  return identity + record::RdataId(tuple.rdata);
}

class Walk {
 public:
  Walk(store::Snapshot& snapshot, const PivotOptions& options,
       const std::function<bool(const Hit&)>& sink)
      : snapshot_(snapshot), options_(options), sink_(sink) {}

  PivotOutcome From(const PivotStart& start) {
    if (!Begin(start)) {
      out_.status = Status::Usage("a pivot begins at one name or one address");
      return std::move(out_);
    }
    // Nodes are found in order of their depth, so the first at the last step targets it.
    const auto& nodes = graph_.nodes();
    for (; at_ < nodes.size() && nodes[at_].depth < options_.depth; ++at_) {
      if (!Going() || !AskWatch()) break;
      Expand();
    }
    out_.nodes = graph_.ReleaseNodes();
    out_.edges = graph_.ReleaseEdges();
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

  void Expand() {
    const PivotPlace place = graph_.place(at_);  // a copy: places are added
    path_ = graph_.PathTo(at_);
    if (graph_.nodes()[at_].kind == Kind::kAddress) return ExpandAddress(AsBytes(place.bytes));
    const auto name = record::Name::FromWire(AsBytes(place.bytes));
    if (!name.has_value()) return;  // never: it was made of one
    const store::Span own = store::NameSpan(name->wire());
    Follow({What::kAddresses, Side::kOwner, own, {RrType::kA, RrType::kAaaa}});
    if (place.as_name) {
      Follow({What::kEndpoints, Side::kOwner, own, {RrType::kHttps, RrType::kSvcb}});
      Follow({What::kAliasTargets, Side::kOwner, own, {RrType::kCname, RrType::kDname}});
      FollowServers(*name);
    }
    FollowToTarget(*name, place.as_name);
  }

  void ExpandAddress(Bytes address) {
    const RrType own = address.size() == 4 ? RrType::kA : RrType::kAaaa;
    Follow(
        {What::kNames, Side::kAddress, AddressSpan(address), {own, RrType::kSvcb, RrType::kHttps}});
  }

  // A name without name servers has those of the zone it is in. A top-level domain's say nothing.
  void FollowServers(const record::Name& name) {
    for (unsigned labels = record::CountLabels(name.wire()); Going(); --labels) {
      const store::Span zone = store::NameSpan(record::Suffix(name.wire(), labels));
      if (Follow({What::kNameServers, Side::kOwner, zone, {RrType::kNs}}) || labels <= 2) return;
    }
  }

  // The root as target of MX, HTTPS and SVCB stands for none or for their owner (RFC 7505, 9460).
  void FollowToTarget(const record::Name& target, bool as_name) {
    const store::Span span = store::NameSpan(target.wire());
    const bool root = target == record::Name();
    if (as_name) {
      std::vector<RrType> aliases{RrType::kCname, RrType::kDname};
      if (!root) aliases.insert(aliases.end(), {RrType::kHttps, RrType::kSvcb});
      Follow({What::kAliases, Side::kTarget, span, std::move(aliases)});
    }
    if (Follow({What::kZones, Side::kTarget, span, {RrType::kNs}})) graph_.ServesZones(at_);
    if (as_name && !root) Follow({What::kMailDomains, Side::kTarget, span, {RrType::kMx}});
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

  // How many different targets, without reading rows where they are owners.
  PivotCut Count(const Group& group) {
    const std::uint64_t most = std::max(options_.max_fanout, kMostCounted);
    std::unordered_set<std::uint64_t> targets;
    const auto add = [&](std::string_view end) {
      targets.insert(Hash64(AsBytes(end), seed_));
      return targets.size() <= most;
    };
    for (const RrType type : group.types) {
      if (!Going() || targets.size() > most) break;
      if (group.side == Side::kOwner) {
        EachTarget(group.Of(type), add);
      } else {
        Scan([&](const store::Watch& watch) {
          return snapshot_.ScanOwners(group.Of(type), add, watch);
        });
      }
    }
    return {group.what, std::min<std::uint64_t>(targets.size(), most), targets.size() > most};
  }

  void EachTarget(const store::Selection& selection,
                  const std::function<bool(std::string_view)>& each) {
    ScanRows(selection, [&each](const store::Row& row) {
      const std::vector<PivotTarget> targets = PivotTargetsOf(row.tuple);
      return std::all_of(targets.begin(), targets.end(),
                         [&each](const PivotTarget& end) { return each(end.bytes); });
    });
  }

  void FollowType(const Group& group, RrType type) {
    if (!Going()) return;
    const bool forward = group.side == Side::kOwner;
    ScanRows(group.Of(type), [&](const store::Row& row) { return AddRow(row, forward); });
  }

  void ScanRows(const store::Selection& selection, const store::RowSink& sink) {
    Scan([&](const store::Watch& watch) { return snapshot_.Scan(selection, sink, watch); });
  }

  // One scan, whose keys add to those of all.
  void Scan(const std::function<store::Scanned(const store::Watch&)>& scan) {
    const std::uint64_t before = out_.keys;
    store::Scanned scanned = scan([this, before](std::uint64_t keys) {
      out_.keys = before + keys;
      return AskWatch();
    });
    out_.keys = before + scanned.keys;
    if (!scanned.status.ok()) out_.status = std::move(scanned.status);
  }

  bool AddRow(const store::Row& row, bool forward) {
    std::vector<PivotTarget> targets;
    if (forward) {
      targets = PivotTargetsOf(row.tuple);
    } else {
      targets.push_back(OwnerAsTarget(row.tuple));
    }
    if (targets.empty() || !Overlaps(row.history)) return true;
    ++counted_;
    for (const PivotTarget& end : targets) {
      const std::size_t there = graph_.Reach(end, at_, {row.history.first, row.history.last});
      graph_.Connect({forward ? at_ : there, forward ? there : at_, row.tuple.type});
    }
    return HandOn(row) && HasRoom();
  }

  bool HasRoom() {
    const std::uint64_t most = options_.max_size;
    if (std::max({graph_.nodes().size(), graph_.edges().size(), handed_.size()}) <= most)
      return true;
    out_.status =
        Status::Usage(fmt::format("there are more than {} nodes, edges or rows around it", most));
    return false;
  }

  bool Overlaps(const record::History& history) const {
    const auto& seen = graph_.place(at_).seen;
    return !seen.has_value() || (history.first - seen->last <= options_.slack &&
                                 seen->first - history.last <= options_.slack);
  }

  bool HandOn(const store::Row& row) {
    if (!handed_.insert(IdentityOf(row.tuple)).second) return true;
    ++out_.rows;
    out_.stopped = !sink_({row.tuple, row.history, nullptr, path_, {}, {}});
    return !out_.stopped;
  }

  store::Snapshot& snapshot_;
  const PivotOptions& options_;
  const std::function<bool(const Hit&)>& sink_;

  PivotOutcome out_;
  PivotGraph graph_;
  std::size_t at_ = 0;         // the node whose turn it is; those behind it are still to come
  std::uint64_t counted_ = 0;  // rows that counted, handed on or not
  std::vector<std::string> path_;
  std::unordered_set<std::string> handed_;  // identities
  // Owners choose their names: with a seed that they know, different ones could count as one.
  const std::uint64_t seed_ = RandomSeed();
};

}  // namespace

PivotOutcome Pivot(store::Snapshot& snapshot, const PivotStart& start, const PivotOptions& options,
                   const std::function<bool(const Hit&)>& sink) {
  return Walk(snapshot, options, sink).From(start);
}

}  // namespace pdns::query
