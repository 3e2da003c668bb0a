package ai.neo.modelregistry;

/**
 * Whoever answers with the champions. It is asked by protocols that change them without going
 * through it, so that registry and server never differ. Safe for any thread.
 */
public interface ChampionServing {
  /**
   * Loads, checks and warms a version, makes it the champion in the registry, and answers with it.
   * Blocks; the caller must hold no transaction.
   *
   * @param expected the champion that it replaces, else nothing is done; empty for whichever it is
   * @throws RegistryException FAILED_PRECONDITION with the reason, when it may not serve, and
   *     UNAVAILABLE when that cannot be found out now; the alias is where it was
   */
  void promote(String model, String version, String expected, Author author);

  /**
   * Agrees that a model may lose its champion. Does not block.
   *
   * @throws RegistryException FAILED_PRECONDITION when it is needed
   */
  void requireMayEnd(String model);

  /** Serves what the registry now says about a model, which may be nothing. Blocks. */
  void follow(String model);
}
