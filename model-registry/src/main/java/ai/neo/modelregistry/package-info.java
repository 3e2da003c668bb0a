/** Versions of models, who is champion, and the proof of it. */
package ai.neo.modelregistry;
