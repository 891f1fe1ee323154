// A control socket, its clients, and work that the test decides on.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "ingest/control_client.h"
#include "ingest/control_server.h"
#include "unit/ingest/archive_world.h"
#include "unit/support/socket_peer.h"
#include "unit/support/temp_dir.h"

namespace pdns::ingest {

// What the service does is the test's to say.
class ControlTest : public ::testing::Test {
 protected:
  ControlTest() {
    services.backfill = [this](const ControlRequest& request, const Stop& stop,
                               ingest::Progress& progress) {
      ++jobs;
      auto result = work(request, stop, progress);
      --jobs;
      return result;
    };
    services.status = [] { return std::string("{\"figures\":1}"); };
    services.taps = &taps;
    services.rules.writers = *MakeControlWriters("");
    Open();
  }

  void Open() {
    auto listening = net::ListeningSocket::Open({net::Endpoint::Kind::kUnix, path, false}, {});
    ASSERT_TRUE(listening.ok()) << listening.status().message();
    server = std::make_unique<ControlServer>(std::move(*listening), services);
  }

  ControlClient Client() const {
    auto client = ControlClient::Connect(path);
    EXPECT_TRUE(client.ok() && client->has_value()) << client.status().message();
    return std::move(**client);
  }

  // The next line that comes, waited for.
  static std::string Line(ControlClient& client) {
    const Stop never;
    const auto line = client.ReadLine(never);
    return line.ok() ? *line : "(" + line.status().message() + ")";
  }
  std::string Asked(const std::string& line) const {
    ControlClient client = Client();
    pdns::testing::SocketPeer(dup(client.descriptor().get())).SendAll(line);
    return Line(client);
  }

  static ControlRequest BackfillOf(const std::string& asked) {
    ControlRequest request;
    request.operation = ControlRequest::Operation::kBackfill;
    request.paths = {asked};
    return request;
  }

  static RunReport ReportOf(const std::string& name) {
    RunReport report;
    report.sources.emplace_back().name = name;
    report.sources.back().state = SourceState::kComplete;
    return report;
  }

  static RunReport Wait(const ControlRequest& request, const Stop& stop) {
    Eventually([&] { return stop.requested(); });
    RunReport report = ReportOf(request.paths.at(0));
    report.sources.back().state = SourceState::kInterrupted;
    return report;
  }

  pdns::testing::TempDir dir;
  std::string path = dir / "control.sock";
  Taps taps;
  std::function<Result<RunReport>(const ControlRequest&, const Stop&, ingest::Progress&)> work =
      [](const ControlRequest& request, const Stop& /*stop*/, ingest::Progress& /*progress*/) {
        return ReportOf(request.paths.at(0));
      };
  std::atomic<int> jobs{0};
  ControlServer::Services services;
  std::unique_ptr<ControlServer> server;
};

}  // namespace pdns::ingest
