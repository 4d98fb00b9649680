namespace GBlend.MLNet;

/// <summary>A training's loss became infinite or not a number. The message says after which epoch and what to change.</summary>
/// <param name="message">What happened.</param>
public sealed class TrainingDivergedException(string message) : InvalidOperationException(message);
