package ai.neo.modelregistry.mlflow;

import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** Names for what its maker left unnamed. */
final class RandomNames {
  private static final List<String> ADJECTIVES =
      List.of(
          "able", "bold", "calm", "dapper", "eager", "fair", "gentle", "honest", "intent", "jolly",
          "keen", "lively", "mellow", "nimble", "open", "placid", "quick", "rare", "sharp",
          "timely", "upbeat", "vivid", "wise", "zesty");
  private static final List<String> NOUNS =
      List.of(
          "ant", "bear", "crane", "dove", "elk", "finch", "goose", "hare", "ibis", "jay", "kite",
          "lynx", "mole", "newt", "otter", "perch", "quail", "raven", "seal", "tern", "urchin",
          "vole", "wren", "yak");
  private static final int NUMBERS = 1000;

  private RandomNames() {}

  /** 32 hexadecimal digits. */
  static String hex() {
    return UUID.randomUUID().toString().replace("-", "");
  }

  /** Such as {@code keen-otter-407}. */
  static String run() {
    Random random = ThreadLocalRandom.current();
    return "%s-%s-%d"
        .formatted(
            ADJECTIVES.get(random.nextInt(ADJECTIVES.size())),
            NOUNS.get(random.nextInt(NOUNS.size())),
            random.nextInt(NUMBERS));
  }
}
