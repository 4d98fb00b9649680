namespace GBlend.MLNet;

/// <summary>What a training may ask of its surroundings.</summary>
internal interface ITrainingHost
{
    /// <summary>Throws when the training is to stop; called at every batch.</summary>
    void CheckAlive();

    void Info(string message);

    void Warning(string message);

    void Report(TrainingProgress progress);
}
