package ai.neo.modelregistry;

/**
 * Who changes the registry, and why; the ledger records both.
 *
 * @param actor not blank
 */
public record Author(String actor, String reason) {
  public Author {
    if (actor.isBlank()) {
      throw new IllegalArgumentException("an author has a name; actor is blank");
    }
  }

  Ledger.Fact did(String version, String action, String evidenceJson) {
    return new Ledger.Fact(version, action, actor, reason, evidenceJson);
  }
}
