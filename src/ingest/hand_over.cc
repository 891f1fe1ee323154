#include "ingest/hand_over.h"

#include <algorithm>

#include "base/log.h"

namespace pdns::ingest {
namespace {

constexpr std::string_view kState = "pdns-handed-state";
constexpr std::uint8_t kVersion = 1;

// Fits 16 bits: names are ours, and a text is a socket's path, of 107 bytes at most (unix(7)), or
// an address.
void AppendText(std::string& out, std::string_view text) {
  AppendU16(out, static_cast<std::uint16_t>(text.size()));
  out += text;
}

Result<std::vector<HandedEntry>> ReadEntries(const net::Descriptor& file) {
  const auto bytes = net::ReadStateFile(file);
  if (!bytes.ok()) return bytes.status();
  return DecodeHanded(AsBytes(*bytes));
}

// Takes the descriptor of that name out of `handed`; none: invalid. So a name that the state has
// twice is found once.
net::Descriptor Find(std::vector<net::Handed>& handed, std::string_view name) {
  const auto found = std::find_if(handed.begin(), handed.end(),
                                  [name](const net::Handed& one) { return one.name == name; });
  return found == handed.end() ? net::Descriptor() : std::move(found->fd);
}

// Without it nobody knows what a descriptor of ours is: all of them are closed in Unpack, sockets
// are opened anew, and peers connect again.
std::vector<HandedEntry> ReadState(std::vector<net::Handed>& handed) {
  const net::Descriptor file = Find(handed, kState);
  if (!file.valid()) return {};
  auto entries = ReadEntries(file);
  if (entries.ok()) return std::move(*entries);
  LogWarning("what the process before left cannot be read: " + entries.status().message());
  return {};
}

void AdoptSocket(net::Descriptor fd, bool owns_file, const std::string& path, HandOver& into) {
  auto socket = net::ListeningSocket::Adopt(std::move(fd), owns_file, path);
  // Nobody can connect to a socket whose file is gone. Dropped here, it is opened anew.
  if (socket.ok() && owns_file && !socket->owns_file()) {
    LogWarning("socket " + path + ": its file is gone, and is made anew");
  } else if (socket.ok()) {
    into.sockets.push_back(std::move(*socket));
  } else {
    LogWarning("an inherited descriptor is not used: " + socket.status().message());
  }
}

}  // namespace

std::string EncodeHanded(const std::vector<HandedEntry>& entries) {
  std::string out(1, static_cast<char>(kVersion));
  for (const HandedEntry& entry : entries) {
    out += static_cast<char>(entry.kind);
    AppendText(out, entry.name);
    AppendText(out, entry.text);
    AppendU32(out, static_cast<std::uint32_t>(entry.state.size()));
    out += entry.state;
  }
  return out;
}

// The bytes are this program's own, of another version perhaps: what it does not know, it does not
// guess. All or nothing, so that no peer goes on with the state of another.
Result<std::vector<HandedEntry>> DecodeHanded(Bytes bytes) {
  Cursor cursor(bytes);
  if (cursor.U8() != kVersion) return Status::Malformed("another version of it");
  std::vector<HandedEntry> entries;
  while (cursor.ok() && !cursor.AtEnd()) {
    const std::uint8_t kind = cursor.U8();
    HandedEntry entry;
    entry.name = AsText(cursor.Read(cursor.U16()));
    entry.text = AsText(cursor.Read(cursor.U16()));
    entry.state = AsText(cursor.Read(cursor.U32()));
    const bool known = kind >= static_cast<std::uint8_t>(HandedEntry::Kind::kSocket) &&
                       kind <= static_cast<std::uint8_t>(HandedEntry::Kind::kConfiguration);
    if (!known) cursor.Fail();
    if (!cursor.ok()) break;
    entry.kind = static_cast<HandedEntry::Kind>(kind);
    entries.push_back(std::move(entry));
  }
  if (!cursor.ok()) return Status::Malformed("it is cut, or holds what this version does not know");
  return entries;
}

Result<std::vector<net::Handed>> Pack(HandOver hand_over) {
  std::vector<net::Handed> handed;
  std::vector<HandedEntry> entries;
  for (net::ListeningSocket& socket : hand_over.sockets) {
    const auto kind =
        socket.owns_file() ? HandedEntry::Kind::kOwnedSocket : HandedEntry::Kind::kSocket;
    entries.push_back(
        // Named by a number, not by the path: $LISTEN_FDNAMES has a ':' between names, and systemd
        // takes 255 bytes of one (sd_listen_fds(3), sd_notify(3)).
        {kind, "pdns-handed-listen-" + std::to_string(handed.size()), socket.name(), {}});
    handed.push_back({entries.back().name, socket.Release()});
  }
  for (auto& peer : hand_over.peers) {
    entries.push_back({HandedEntry::Kind::kPeer,
                       "pdns-handed-peer-" + std::to_string(handed.size()), std::move(peer.socket),
                       std::move(peer.state)});
    handed.push_back({entries.back().name, std::move(peer.fd)});
  }
  if (hand_over.configuration.has_value()) {
    entries.push_back(
        {HandedEntry::Kind::kConfiguration, {}, {}, std::move(*hand_over.configuration)});
  }
  // In a file of memory, as an exec keeps nothing but descriptors, and an environment is small.
  auto state = net::StateFile(EncodeHanded(entries));
  if (!state.ok()) return state.status();
  handed.push_back({std::string(kState), std::move(*state)});
  return handed;
}

HandOver Unpack(std::vector<net::Handed> handed) {
  HandOver result;
  for (HandedEntry& entry : ReadState(handed)) {
    if (entry.kind == HandedEntry::Kind::kConfiguration) {
      result.configuration = std::move(entry.state);
      continue;
    }
    // A peer without its descriptor is none: systemd drops from its store what has hung up
    // (sd_notify(3), FDSTORE).
    net::Descriptor fd = Find(handed, entry.name);
    if (!fd.valid()) continue;
    if (entry.kind == HandedEntry::Kind::kPeer) {
      result.peers.push_back({entry.text, std::move(fd), std::move(entry.state)});
    } else {
      AdoptSocket(std::move(fd), entry.kind == HandedEntry::Kind::kOwnedSocket, entry.text, result);
    }
  }
  // What is left and not of our names comes from the service manager (socket activation). What is
  // left and of our names has no state: it is closed with `handed`, and its peer connects again.
  for (net::Handed& one : handed) {
    const bool foreign = one.name.compare(0, kOurs.size(), kOurs) != 0;
    if (foreign && one.fd.valid()) AdoptSocket(std::move(one.fd), false, {}, result);
  }
  return result;
}

std::optional<std::string> ConfigurationOf(const std::vector<net::Handed>& handed) {
  for (const net::Handed& one : handed) {
    if (one.name != kState) continue;
    // The file is read from its start each time (pread(2)), so that Unpack finds it whole behind
    // this.
    auto entries = ReadEntries(one.fd);
    if (!entries.ok()) continue;
    for (HandedEntry& entry : *entries) {
      if (entry.kind == HandedEntry::Kind::kConfiguration) return std::move(entry.state);
    }
  }
  return std::nullopt;
}

}  // namespace pdns::ingest
