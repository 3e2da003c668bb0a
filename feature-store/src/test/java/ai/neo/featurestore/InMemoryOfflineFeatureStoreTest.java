package ai.neo.featurestore;

class InMemoryOfflineFeatureStoreTest extends OfflineFeatureStoreContract {
  private final OfflineFeatureStore store = new InMemoryOfflineFeatureStore();

  @Override
  protected OfflineFeatureStore store() {
    return store;
  }
}
