namespace GBlend.MLNet.Benchmarks;

internal sealed class SilentHost : ITrainingHost
{
    public void CheckAlive()
    {
    }

    public void Info(string message)
    {
    }

    public void Warning(string message)
    {
    }

    public void Report(TrainingProgress progress)
    {
    }
}
