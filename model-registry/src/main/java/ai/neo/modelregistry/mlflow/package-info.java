/** The registry as stock MLflow clients know it: experiments, runs, models and files over HTTP. */
package ai.neo.modelregistry.mlflow;
