// A full disk: the writer says so and stays harmless for as long as its process goes on.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "unit/store_rocks/child.h"
#include "unit/store_rocks/database.h"
#include "unit/support/dns_message.h"
#include "unit/support/temp_dir.h"

namespace pdns::store_rocks {
namespace {

using record::RrType;
using testing::TempDir;
using testing::U32;

constexpr unsigned kMostBatches = 2000;  // some ten times what the disk holds

Status ApplyBatch(store::Writer& writer, unsigned batch, unsigned rows) {
  Observations fresh;
  for (unsigned i = 0; i < rows; ++i) {
    fresh.Add(std::to_string(batch) + "." + std::to_string(i) + ".org", RrType::kA, U32(i));
  }
  return writer.Apply(Trusted(fresh)).status();
}

// A disk of its own for this process alone.
bool MountDisk(const std::string& path, const std::string& size) {
  return unshare(CLONE_NEWNS) == 0 &&
         mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         mount("tmpfs", path.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
}

// Of many sizes: the space ends now in the log, now in a table file or the list of files.
TEST(Child, DISABLED_FillsItsDisk) {
  const std::string size = std::getenv("PDNS_TEST_DISK");
  if (!MountDisk(Child::Database(), size)) _exit(1);
  Child::Tell();
  auto writer = OpenWriter(Child::Database() + "/db", OfMemory());
  if (!writer.ok()) _exit(1);
  Status status;
  for (unsigned batch = 0; batch < kMostBatches && status.ok(); ++batch)
    status = ApplyBatch(**writer, batch, 100);
  if (status.code() != Code::kDisk) _exit(1);
  // The engine's own attempts to go on would come now.
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  if (ApplyBatch(**writer, kMostBatches, 1).ok()) _exit(1);
  if ((*writer)->Close().ok()) _exit(1);
  writer->reset();
  Child::Tell();
  _exit(0);
}

// RocksDB's own log ended the process when it met a full disk, now and then: there is none.
TEST(FullDisk, TheEngineWritesNoLogOfItsOwn) {
  const TempDir dir;
  auto writer = OpenToWrite(dir / "db");
  EXPECT_TRUE(ApplyBatch(*writer, 0, 100).ok());
  EXPECT_TRUE(std::filesystem::exists(dir / "db/CURRENT"));
  EXPECT_FALSE(std::filesystem::exists(dir / "db/LOG"));
}

TEST(FullDisk, TheWriterFailsAndHarmsNothing) {
  for (const unsigned kilobytes : {1000U, 1050U, 1100U, 1150U}) {
    const TempDir dir;
    setenv("PDNS_TEST_DISK", (std::to_string(kilobytes) + "k").c_str(), 1);
    Child child("FillsItsDisk", dir / ".");
    if (!child.Await()) GTEST_SKIP() << "no disk can be mounted here (needs root)";
    EXPECT_TRUE(child.Await()) << kilobytes << " kilobytes";
  }
}

}  // namespace
}  // namespace pdns::store_rocks
