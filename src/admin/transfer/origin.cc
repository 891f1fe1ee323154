#include "admin/transfer/origin.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "admin/ledger.h"
#include "admin/transfer/joined_ledger.h"
#include "record/sensors.h"

namespace pdns::admin {
namespace {

using record::SourcePosition;
using Ledger = std::vector<SourcePosition>;

Status ReadLedger(store::Snapshot& snapshot, Ledger& ledger) {
  const auto keep = [&ledger](const SourcePosition& row) {
    ledger.push_back(row);
    return true;
  };
  return snapshot.ScanLedger(keep, {}).status;
}

// What stands there, and how far it has the databases that come.
Status ReadDestination(const Destination& destination, JoinedLedger& joined,
                       std::vector<Origin>& origins) {
  if (destination.snapshot == nullptr) return {};
  const auto identity = destination.snapshot->Identity();
  if (!identity.ok()) return identity.status();
  Ledger ledger;
  if (Status read = ReadLedger(*destination.snapshot, ledger); !read.ok()) return read;
  ledger.push_back({{*identity, record::SourceId::kDatabase}, {}});
  for (const SourcePosition& row : ledger) {
    joined.Add(row);
    for (Origin& origin : origins)
      if (row.id == origin.id()) origin.taken = row.position;
  }
  return {};
}

// Two that are one: nothing could tell their rows apart.
Status CheckIdentities(const Destination& destination, const std::vector<Origin>& origins) {
  std::map<Sha256Digest, std::string> names;
  if (destination.snapshot != nullptr) {
    const auto identity = destination.snapshot->Identity();
    if (!identity.ok()) return identity.status();
    names[*identity] = destination.name;
  }
  for (const Origin& origin : origins) {
    const auto [other, fresh] = names.try_emplace(origin.identity, origin.name);
    if (fresh) continue;
    return Status::Usage(
        fmt::format("{} and {} are the same database, or copies of one: their "
                    "rows would be counted twice",
                    other->second, origin.name));
  }
  return {};
}

void JoinOne(Origin& origin, JoinedLedger& joined, Shared& shared) {
  joined.BeginDatabase();
  // Its own row in the ledger, unless that is there since an earlier run.
  if (!origin.taken.has_value() && joined.Add({origin.id(), {}}).shared) shared.databases = true;
  // What an earlier run joined is not joined again: it is known as what it became.
  const std::uint64_t before = origin.taken.has_value() ? origin.taken->frames : 0;
  origin.joined.clear();
  for (std::size_t i = 0; i < origin.ledger.size(); ++i) {
    if (i < before) joined.Recognize(origin.ledger[i]);
  }
  for (std::size_t i = 0; i < origin.ledger.size(); ++i) {
    if (i < before) {
      origin.joined.push_back(origin.ledger[i]);
      continue;
    }
    const JoinedLedger::Joined row = joined.Add(origin.ledger[i]);
    origin.joined.push_back(row.row);
    if (!row.shared) continue;
    if (row.row.id.IsDatabase()) {
      shared.databases = true;
    } else {
      shared.captures.push_back(SourceName(origin.ledger[i].id));
    }
  }
}

}  // namespace

Result<Origin> ReadOrigin(std::string name, store::Snapshot& snapshot) {
  Origin origin;
  origin.name = std::move(name);
  origin.snapshot = &snapshot;
  const auto identity = snapshot.Identity();
  if (!identity.ok()) return identity.status();
  origin.identity = *identity;
  if (Status read = ReadLedger(snapshot, origin.ledger); !read.ok()) return read;
  const bool part = std::any_of(
      origin.ledger.begin(), origin.ledger.end(),
      [](const SourcePosition& row) { return row.id.IsDatabase() && row.position.broken; });
  if (!part) return origin;
  return Status::Usage(origin.name +
                       ": a merge or copy into it was not finished: run that command again first");
}

Result<Shared> JoinLedgers(const Destination& destination, std::vector<Origin>& origins) {
  if (Status apart = CheckIdentities(destination, origins); !apart.ok()) return apart;
  JoinedLedger joined;
  Shared shared;
  for (Origin& origin : origins) origin.taken.reset();
  if (Status read = ReadDestination(destination, joined, origins); !read.ok()) return read;
  for (Origin& origin : origins) JoinOne(origin, joined, shared);
  return shared;
}

Result<std::vector<std::string>> SensorsWithoutNumber(const Destination& destination,
                                                      const std::vector<Origin>& origins) {
  std::vector<std::string> names;
  if (destination.snapshot != nullptr) names = destination.snapshot->sensors();
  std::vector<std::string> without;
  for (const Origin& origin : origins) {
    for (const std::string& name : origin.snapshot->sensors()) {
      auto& list = names.size() < record::kMostSensors ? names : without;
      const auto knows = [&name](const std::vector<std::string>& known) {
        return std::find(known.begin(), known.end(), name) != known.end();
      };
      if (!knows(names) && !knows(without)) list.push_back(name);
    }
  }
  return without;
}

}  // namespace pdns::admin
