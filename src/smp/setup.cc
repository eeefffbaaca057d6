// SPDX-License-Identifier: GPL-2.0-only
#include "smp/setup.h"

#include <algorithm>

#include "scenario/error.h"

namespace ptecheck {

namespace {

constexpr std::array<std::string_view, kMappings> kMappingNames = {"anon", "lazyfree", "file"};
constexpr std::array<std::string_view, kActorKinds> kActorNames = {
    "user", "reclaim",    "gup",          "mprotect", "munmap",    "dontneed", "free",
    "fork", "clear-refs", "pagemap-scan", "mremap",   "writeback", "ageing",   "unmap-sync"};

[[noreturn]] void wrong(std::string_view what, std::string_view text, const std::string& help) {
  throw Error(ErrorKind::kUsage,
              std::string(what) + " \"" + std::string(text) + "\" is not known. " + help);
}

template <class Names>
std::string listed(const Names& names) {
  std::string list;
  for (std::string_view name : names) list += (list.empty() ? "" : ", ") + std::string(name);
  return list;
}

std::string_view cut(std::string_view& text, char at) {
  const std::size_t end = std::min(text.find(at), text.size());
  const std::string_view head = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return head;
}

void parseOps(std::string_view text, unsigned pages, ActorSpec& actor) {
  const std::string help = "Write L or S and a range for each access, at most " +
                           std::to_string(kMaxOps) + ": user=S0L0.";
  if (text.empty() || text.size() % 2 != 0 || text.size() / 2 > kMaxOps)
    wrong("The program", text, help);
  for (; !text.empty(); text.remove_prefix(2)) {
    const unsigned range = static_cast<unsigned>(text[1] - '0');
    if ((text[0] != 'L' && text[0] != 'S') || range >= pages) wrong("The access", text, help);
    actor.ops[actor.op_count++] = {text[0] == 'S' ? Op::kStore : Op::kLoad,
                                   static_cast<std::uint8_t>(range)};
  }
}

ActorSpec parseActor(std::string_view text, unsigned pages) {
  ActorSpec actor;
  actor.ranges = static_cast<std::uint8_t>((1U << pages) - 1);
  std::string_view rest = text;
  if (text.find('=') != std::string_view::npos) {
    const std::string_view name = cut(rest, '=');
    if (name == "child") actor.space = 1;
    actor.kind = name == "child" ? ActorKind::kUser : parseActorKind(name);
    if (actor.kind != ActorKind::kUser && actor.kind != ActorKind::kGup)
      wrong("The actor", text, "Only user, child and gup have accesses.");
    parseOps(rest, pages, actor);
    if (actor.kind == ActorKind::kGup && actor.op_count != 1)
      wrong("The actor", text, "A pin is for one access: gup=S0 or gup=L0.");
    return actor;
  }
  actor.kind = parseActorKind(cut(rest, '@'));
  if (actor.kind == ActorKind::kUser || actor.kind == ActorKind::kGup)
    wrong("The actor", text, "Say what it accesses: user=S0, gup=L0.");
  if (text.find('@') == std::string_view::npos) return actor;
  const unsigned range = rest.size() == 1 ? static_cast<unsigned>(rest[0] - '0') : pages;
  if (range >= pages) wrong("The range of", text, "Write @0 or, of a folio of 2 pages, @1.");
  actor.ranges = static_cast<std::uint8_t>(1U << range);
  return actor;
}

bool anyOf(const SmpSetup& setup, ActorKind kind, unsigned least = 1) {
  unsigned count = 0;
  for (unsigned a = 0; a < setup.count; ++a) count += setup.actors[a].kind == kind;
  return count >= least;
}

}  // namespace

std::string_view mappingName(Mapping mapping) {
  return kMappingNames[static_cast<unsigned>(mapping)];
}
std::string_view actorName(ActorKind kind) { return kActorNames[static_cast<unsigned>(kind)]; }

ActorKind parseActorKind(std::string_view name) {
  const auto at = std::find(kActorNames.begin(), kActorNames.end(), name);
  if (at == kActorNames.end())
    wrong("The actor", name, "There are " + listed(kActorNames) + ", and child.");
  return static_cast<ActorKind>(at - kActorNames.begin());
}

std::string print(const ActorSpec& actor, unsigned pages) {
  std::string text(actor.space == 1 ? "child" : actorName(actor.kind));
  if (actor.op_count != 0) text += '=';
  for (unsigned i = 0; i < actor.op_count; ++i)
    text += (actor.ops[i].kind == Op::kStore ? "S" : "L") + std::to_string(actor.ops[i].range);
  if (actor.op_count == 0 && actor.ranges != (1U << pages) - 1)
    text += "@" + std::to_string(actor.ranges == 1 ? 0 : 1);
  return text;
}

std::string print(const SmpSetup& setup) {
  std::string text(mappingName(setup.mapping));
  text += "/" + std::to_string(setup.pages);
  if (setup.child) text += "/child";
  for (unsigned a = 0; a < setup.count; ++a)
    text += (a == 0 ? ":" : ",") + print(setup.actors[a], setup.pages);
  return text;
}

void parse(std::string_view text, SmpSetup& setup) {
  const std::string_view whole = text;
  std::string_view head = cut(text, ':');
  const std::string_view mapping = cut(head, '/');
  const auto at = std::find(kMappingNames.begin(), kMappingNames.end(), mapping);
  if (at == kMappingNames.end())
    wrong("The mapping", mapping, "There are " + listed(kMappingNames) + ".");
  setup.mapping = static_cast<Mapping>(at - kMappingNames.begin());
  const std::string_view pages = cut(head, '/');
  if (pages != "1" && pages != "2") wrong("The number of pages", pages, "Write 1 or 2.");
  setup.pages = static_cast<std::uint8_t>(pages[0] - '0');
  if (!head.empty() && head != "child") wrong("The word", head, "Only \"child\" may stand there.");
  setup.child = head == "child";
  setup.count = 0;
  while (!text.empty()) {
    if (setup.count == kMaxActors)
      wrong("The setup", whole, "It has more than " + std::to_string(kMaxActors) + " actors.");
    setup.actors[setup.count++] = parseActor(cut(text, ','), setup.pages);
  }
  if (setup.count == 0)
    wrong("The setup", whole, "It has no actors; an example: lazyfree/1:reclaim,user=S0.");
}

const char* senseless(const SmpSetup& setup, bool soft_dirty, bool uffd_wp) {
  const bool file = setup.mapping == Mapping::kFile;
  const bool forks = anyOf(setup, ActorKind::kFork), moves = anyOf(setup, ActorKind::kMremap);
  if (setup.child + forks + moves > 1 || anyOf(setup, ActorKind::kFork, 2) ||
      anyOf(setup, ActorKind::kMremap, 2))
    return "there is room for one child, or one place to move to";
  for (unsigned a = 0; a < setup.count; ++a)
    if (setup.actors[a].space == 1 && !setup.child && !forks && !moves)
      return "nothing makes a second space";
  for (const ActorKind once : {ActorKind::kReclaim, ActorKind::kWriteback, ActorKind::kUnmapSync})
    if (anyOf(setup, once, 2)) return "the folio lock lets only one of them work";
  if (file && anyOf(setup, ActorKind::kFree)) return "MADV_FREE is for anonymous memory";
  if (!file && anyOf(setup, ActorKind::kWriteback)) return "only files are written back by fsync()";
  if (!file && anyOf(setup, ActorKind::kUnmapSync)) return "only files are truncated";
  if (!soft_dirty && anyOf(setup, ActorKind::kClearRefs))
    return "the architecture has no soft-dirty bit";
  if (!uffd_wp && anyOf(setup, ActorKind::kPagemapScan))
    return "the architecture has no uffd-wp bit";
  return nullptr;
}

}  // namespace ptecheck
