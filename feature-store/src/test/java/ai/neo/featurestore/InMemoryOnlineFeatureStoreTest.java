package ai.neo.featurestore;

class InMemoryOnlineFeatureStoreTest extends OnlineFeatureStoreContract {
  private final OnlineFeatureStore store = new InMemoryOnlineFeatureStore();

  @Override
  protected OnlineFeatureStore store() {
    return store;
  }
}
