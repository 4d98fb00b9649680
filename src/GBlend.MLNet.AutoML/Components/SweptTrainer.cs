using Microsoft.ML;

namespace GBlend.MLNet.AutoML;

/// <summary>The trainer of one trial of another library's search.</summary>
internal sealed class SweptTrainer(MLContext context, SweepTask task, GradientBlendingTrainer.Options options, SweepPoint? point) : IEstimator<ITransformer>
{
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => Trainer().GetOutputSchema(inputSchema);

    public ITransformer Fit(IDataView input)
    {
        // Searches drop models that lost without disposing of them, and their native memory is nothing that a collector would see.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        FreedMemory.GiveBack();
        try
        {
            return Trainer().Fit(input);
        }
        catch (TrainingDivergedException e)
        {
            // Any other exception in its first trial ends an experiment of Microsoft.ML.AutoML; this one is the settings' fault alone.
            throw new OperationCanceledException($"The trial failed: {e.Message}", e);
        }
    }

    private IEstimator<ITransformer> Trainer()
    {
        if (point is null)
            throw new OperationCanceledException("The space leaves this combination of settings out, and no other was found near it.");
        return task.CreateTrainer(context, point.ToOptions(options));
    }
}
