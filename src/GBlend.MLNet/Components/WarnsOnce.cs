namespace GBlend.MLNet;

/// <summary>Passes a warning on once: what is wrong with rows is the same for all fits that share them. Safe from many threads.</summary>
internal sealed class WarnsOnce
{
    private readonly HashSet<string> _said = [];

    /// <summary>A host that hears what no host of this object has heard before.</summary>
    internal ITrainingHost Of(ITrainingHost host) => new Host(this, host);

    private bool IsNew(string message)
    {
        lock (_said)
            return _said.Add(message);
    }

    private sealed class Host(WarnsOnce said, ITrainingHost host) : ITrainingHost
    {
        public void CheckAlive() => host.CheckAlive();

        public void Info(string message) => host.Info(message);

        public void Warning(string message)
        {
            if (said.IsNew(message))
                host.Warning(message);
        }

        public void Report(TrainingProgress progress) => host.Report(progress);
    }
}
