namespace GBlend.MLNet.Tests;

/// <summary>Surroundings that keep what a training says.</summary>
internal sealed class QuietHost : ITrainingHost
{
    internal List<string> Warnings { get; } = [];

    internal List<string> Infos { get; } = [];

    internal List<TrainingProgress> Reports { get; } = [];

    internal Action? OnCheckAlive { get; init; }

    public void CheckAlive() => OnCheckAlive?.Invoke();

    public void Info(string message) => Infos.Add(message);

    public void Warning(string message) => Warnings.Add(message);

    public void Report(TrainingProgress progress) => Reports.Add(progress);
}
