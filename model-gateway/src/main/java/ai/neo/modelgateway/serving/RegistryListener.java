package ai.neo.modelgateway.serving;

/** Hears, beside the catalog, what the registry's stream of changes says. Must not block. */
public interface RegistryListener {

  /** The registry answers, for the first time or again. */
  void answers();

  /** Who is champion of the model may have changed. */
  void moved(String model);
}
