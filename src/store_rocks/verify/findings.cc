#include "store_rocks/verify/findings.h"

#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/metadata.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "dns/presentation/rdata_text.h"
#include "dns/text.h"
#include "store/row_key.h"

namespace pdns::store_rocks {
namespace {

using Kind = store::Finding::Kind;

constexpr std::size_t kShown = 64;  // bytes of a key

}  // namespace

std::string NameOfRow(Bytes key, Bytes rdata_of_value) {
  const auto parts = store::SplitRowKey(key);
  if (parts.has_value() && !parts->owner) {
    if (const auto row = store::DecodeRow(*parts, rdata_of_value); row.has_value()) {
      const record::Tuple tuple = row->view();
      std::string rdata = dns::RdataToText(tuple.type, tuple.rdata);
      constexpr std::size_t kMostRdata = 200;
      if (rdata.size() > kMostRdata) rdata = rdata.substr(0, kMostRdata) + "...";
      return fmt::format("{} {} {}", dns::NameToText(tuple.owner), dns::TypeToText(tuple.type),
                         rdata);
    }
  }
  return "key " + ToHex(key.first(std::min(key.size(), kShown)));
}

Findings::Findings(store::Verification& verification, const Source* source)
    : verification_(verification) {
  if (source == nullptr) return;
  std::vector<rocksdb::LiveFileMetaData> files;
  source->db.GetLiveFilesMetaData(&files);
  for (const auto& file : files) {
    files_.push_back({file.column_family_name,
                      std::filesystem::path(file.relative_filename).filename(), file.smallestkey,
                      file.largestkey});
  }
}

void Findings::Damaged(std::string_view what, std::string_view file) {
  Add({Kind::kDamaged, std::string(what), {}, std::string(file), {}});
}

void Findings::DamagedRow(Family family, Bytes key, std::string_view what) {
  Add({Kind::kDamaged, std::string(what), std::string(kFamilyNames[family]),
       FilesOf(family, AsText(key)), NameOfRow(key, {})});
}

void Findings::Unreadable(Family family, std::string_view last_key, const Status& status) {
  const std::string where =
      last_key.empty() ? "at its begin" : "behind " + NameOfRow(AsBytes(last_key), {});
  Add({Kind::kDamaged, status.message() + ": rows behind that place were not read",
       std::string(kFamilyNames[family]), FilesOf(family, last_key), where});
}

void Findings::Disagrees(std::string_view what, std::string_view family) {
  Add({Kind::kDisagrees, std::string(what), std::string(family), {}, {}});
}

void Findings::DisagreeingRow(Family family, Bytes key, std::string_view what, std::string name) {
  Add({Kind::kDisagrees, std::string(what), std::string(kFamilyNames[family]),
       FilesOf(family, AsText(key)), std::move(name)});
}

void Findings::Add(store::Finding finding) {
  ++(finding.kind == Kind::kDamaged ? verification_.damaged : verification_.disagreeing);
  if (verification_.findings.size() < store::kMostFindings)
    verification_.findings.push_back(std::move(finding));
}

// A key stands in each file of its family whose range it lies in, as far as anybody can tell.
std::string Findings::FilesOf(Family family, std::string_view key) const {
  constexpr std::size_t kMostNamed = 4;
  std::string names;
  std::size_t found = 0;
  for (const File& file : files_) {
    if (file.family != kFamilyNames[family] || key < file.first || key > file.last) continue;
    if (++found <= kMostNamed) names += (names.empty() ? "" : ", ") + file.name;
  }
  return found > kMostNamed ? fmt::format("{} and {} more", names, found - kMostNamed) : names;
}

}  // namespace pdns::store_rocks
