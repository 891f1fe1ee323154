#include "store_rocks/repair/plan.h"

#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <set>
#include <utility>

#include "store_rocks/open.h"
#include "store_rocks/repair/loose_open.h"
#include "store_rocks/verify/verify.h"

namespace pdns::store_rocks {
namespace {

namespace fs = std::filesystem;

// A folder of its own, with what says which files there are, and gone with this. RocksDB reads no
// table file there, and so none that is damaged in a way that would end the process.
class ListOnly {
 public:
  explicit ListOnly(const std::string& path) {
    std::error_code error;
    std::string name = fs::temp_directory_path(error) / "pdns-repair-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) return;
    folder_ = name;
    for (const auto& entry : fs::directory_iterator(path, error)) {
      const std::string file = entry.path().filename();
      if (file == "CURRENT" || file.starts_with("MANIFEST-"))
        fs::copy_file(entry.path(), folder_ + "/" + file, error);
    }
  }
  ~ListOnly() {
    std::error_code ignored;
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
  }
  ListOnly(const ListOnly&) = delete;
  ListOnly& operator=(const ListOnly&) = delete;

  const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
};

// Table files that are not whole: those that the verification names, and those that the list has
// otherwise than they are.
Result<std::array<bool, kFamilies>> DamagedFamilies(const std::string& path, RepairPlan& plan) {
  const ListOnly list(path);
  auto opened = OpenLoosely(list.folder(), true);
  if (!opened.ok()) return opened.status();
  std::set<std::string> named;
  for (const store::Finding& finding : plan.before.findings) {
    if (finding.kind == store::Finding::Kind::kDamaged && finding.family.empty())
      named.insert(finding.file);
  }
  std::array<bool, kFamilies> damaged{};
  std::vector<rocksdb::LiveFileMetaData> files;
  (*opened)->db().GetLiveFilesMetaData(&files);
  for (const auto& file : files) {
    const std::string name = fs::path(file.relative_filename).filename();
    std::error_code error;
    const auto size = fs::file_size(fmt::format("{}/{}", path, name), error);
    if (!error && size == file.size && !named.contains(name)) continue;
    plan.damaged.push_back(name);
    plan.damaged_text.push_back(fmt::format("{} ({})", name, file.column_family_name));
    for (std::size_t i = 0; i < kFamilies; ++i)
      damaged[i] = damaged[i] || kFamilyNames[i] == file.column_family_name;
  }
  return damaged;
}

bool Disagrees(const store::Verification& before, Family family) {
  return std::any_of(before.findings.begin(), before.findings.end(),
                     [&](const auto& finding) { return finding.family == kFamilyNames[family]; });
}

void AddSteps(const std::string& path, RepairPlan& plan) {
  auto& steps = plan.steps;
  steps.push_back(
      fmt::format("make a copy at {}.repair; table files are links and take no room", path));
  if (plan.log)
    steps.emplace_back("open the log as far as it can be read; the batches behind that are lost");
  steps.emplace_back("make the reverse rows anew from the trusted rows");
  if (plan.drop[kNew])
    steps.emplace_back("begin the journal of new rows anew: who follows it is told of a gap");
  if (plan.drop[kQuarantine]) steps.emplace_back("begin the quarantine anew: its rows are lost");
  steps.emplace_back("remove single rows that cannot be read, and say which");
  steps.emplace_back("make the rows of owners and the totals anew from the rows");
  steps.emplace_back("verify the copy");
  steps.push_back(fmt::format(
      "put the copy in the place of the database, and keep that one at {}.damaged-TIME", path));
}

void PlanAnew(const std::string& path, const std::string& why, RepairPlan& plan) {
  plan.way = RepairPlan::Way::kAnew;
  plan.steps = {
      why, fmt::format("end the ingester, and put the database aside: mv {0} {0}.damaged", path),
      fmt::format("give all captures there are: pdns-ingest -d {} ARCHIVE", path)};
}

}  // namespace

Result<RepairPlan> PlanRepair(const std::string& path, const store::VerifyWatch& watch) {
  RepairPlan plan;
  auto verified = Verify(path, false, watch);
  if (!verified.ok()) return verified.status();
  plan.before = std::move(*verified);
  if (plan.before.damaged == 0 && plan.before.disagreeing == 0) return plan;
  const auto readable = OpenDatabase(path);
  plan.log = readable.status().remedy() == Remedy::kRepair;
  const auto damaged = DamagedFamilies(path, plan);
  if (!damaged.ok()) {
    PlanAnew(path, "the list of its files cannot be read: " + damaged.status().message(), plan);
    return plan;
  }
  if ((*damaged)[kForward] || (*damaged)[kMeta]) {
    PlanAnew(path, "table files of the trusted rows or of the ledger are damaged", plan);
    return plan;
  }
  plan.way = RepairPlan::Way::kMend;
  plan.drop = *damaged;
  plan.drop[kReverse] = true;
  plan.drop[kNew] = plan.drop[kNew] || Disagrees(plan.before, kNew);
  AddSteps(path, plan);
  return plan;
}

}  // namespace pdns::store_rocks
