// An archive in a folder of its own, with a clock that the test moves and a disk that it fills.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "archive/archive.h"
#include "frame/input/input.h"
#include "frame/reader.h"
#include "unit/support/eventually.h"
#include "unit/support/inputs.h"
#include "unit/support/payloads.h"
#include "unit/support/temp_dir.h"

namespace pdns::archive {

using pdns::testing::Eventually;
using pdns::testing::Gate;
using pdns::testing::NumberedPayload;

inline constexpr std::chrono::sys_seconds kArchiveTime{
    std::chrono::seconds(1'795'374'000)};  // 2026-11-22T19:00:00Z

// The clocks stand still until they are moved; the disk has room until it is told otherwise.
struct World {
  std::atomic<std::int64_t> seconds{0};
  std::atomic<std::uint64_t> free{std::uint64_t{1} << 40};
  std::atomic<int> create_error{0};  // errno of the next new files; 0: none
  std::atomic<unsigned> looks{0};    // at the disk
  std::function<void()> on_create;   // before a file is made, in the writing thread

  System system() {
    System system;
    system.now = [this] {
      return std::chrono::system_clock::time_point(kArchiveTime) + std::chrono::seconds(seconds);
    };
    system.steady = [this] {
      return std::chrono::steady_clock::time_point(std::chrono::hours(1000) +
                                                   std::chrono::seconds(seconds));
    };
    system.disk_free = [this](const std::string& /*directory*/) -> Result<std::uint64_t> {
      ++looks;
      return free.load();
    };
    system.create = [this](const std::string& path) {
      if (on_create) on_create();
      if (create_error == 0) return CreateFile(path);
      errno = create_error;
      return -1;
    };
    return system;
  }
};

// What a live source keeps of its archive: each file as a source, each frame with its place.
struct Kept {
  struct Source {
    Sha256Digest first_frame{};
    std::vector<std::string> payloads;
    std::vector<record::Position> positions;
    std::optional<record::Position> ended_at;
  };
  std::vector<Source> sources;  // numbered by the variant
  Status refusal;               // of on_begin

  Hooks hooks() {
    Hooks hooks;
    hooks.on_begin = [this](const Sha256Digest& first_frame) -> Result<record::SourceId> {
      if (!refusal.ok()) return refusal;
      sources.push_back({first_frame, {}, {}, {}});
      return record::SourceId{first_frame, static_cast<std::uint32_t>(sources.size() - 1)};
    };
    hooks.on_end = [this](const record::SourceId& id, const record::Position& position) {
      sources.at(id.variant).ended_at = position;
    };
    return hooks;
  }

  bool Append(Archive& archive, const std::string& payload) {
    const source::Place* place = archive.Append(AsBytes(payload));
    if (place == nullptr) return false;
    Source& source = sources.at(place->id().variant);
    EXPECT_EQ(place->id().first_frame, source.first_frame);
    source.payloads.push_back(payload);
    source.positions.push_back(place->position());
    return true;
  }

  std::size_t frames() const {
    std::size_t frames = 0;
    for (const Source& source : sources) frames += source.payloads.size();
    return frames;
  }
};

// The names in a folder that are not hidden, in order.
inline std::vector<std::string> Names(const std::string& directory, bool hidden = false) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const std::string name = entry.path().filename();
    if ((name.front() == '.') == hidden) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

struct ReadBack {
  std::vector<std::string> payloads;
  std::vector<std::uint64_t> ends;  // offset behind each
  frame::End end = frame::End::kNone;
};

// A file as the ingester reads it, compressed or not.
inline ReadBack ReadArchived(const std::string& path) {
  ReadBack back;
  pdns::testing::NoWaiter waiter;
  auto input = frame::OpenInput(path, waiter);
  EXPECT_TRUE(input.ok()) << path << ": " << input.status().message();
  if (!input.ok()) return back;
  frame::Reader reader(std::move(*input));
  while (const auto payload = reader.Next()) {
    back.payloads.emplace_back(AsText(*payload));
    back.ends.push_back(reader.position());
  }
  back.end = reader.end();
  return back;
}

// Each frame stands where its position says.
inline void ExpectAsKept(const std::string& path, const Kept::Source& kept,
                         frame::End end = frame::End::kStop) {
  const ReadBack back = ReadArchived(path);
  EXPECT_EQ(back.end, end) << path;
  ASSERT_EQ(back.payloads, kept.payloads) << path;
  record::Position position;
  for (std::size_t i = 0; i < back.payloads.size(); ++i) {
    const Bytes payload = AsBytes(back.payloads[i]);
    record::Advance(position, payload);
    position.bytes = back.ends[i];
    position.last_length = static_cast<std::uint32_t>(payload.size());
    position.last_frame = Sha256(payload);
    EXPECT_EQ(kept.positions[i], position);
  }
  EXPECT_EQ(kept.first_frame, Sha256(AsBytes(back.payloads.front())));
  EXPECT_EQ(kept.ended_at, kept.positions.back());
}

class ArchiveTest : public ::testing::Test {
 protected:
  ArchiveTest() {
    options_.directory = dir_ / "archive";
    options_.compress = false;
    options_.min_free = 0;
  }

  void Open() {
    archive_.reset();
    auto opened = Archive::Open(options_, kept_.hooks(), world_.system());
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    archive_ = std::move(*opened);
  }

  bool Append(const std::string& payload) { return kept_.Append(*archive_, payload); }
  std::string In(const std::string& name) const { return options_.directory + "/" + name; }
  std::vector<std::string> Files() const { return Names(options_.directory); }

  // All of the folder's files, in order, hold all that was kept, in order.
  void ExpectAllKept() {
    const auto files = ListFiles(options_.directory, options_.name);
    ASSERT_TRUE(files.ok());
    ASSERT_EQ(files->size(), kept_.sources.size());
    for (std::size_t i = 0; i < files->size(); ++i)
      ExpectAsKept(In((*files)[i].file), kept_.sources[i]);
  }

  pdns::testing::TempDir dir_;
  World world_;
  Kept kept_;
  Options options_;
  std::unique_ptr<Archive> archive_;
};

}  // namespace pdns::archive
