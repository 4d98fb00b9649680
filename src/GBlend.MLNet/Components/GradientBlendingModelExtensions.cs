using GBlend.MLNet;

namespace Microsoft.ML;

/// <summary>Extension methods that find the Gradient Blending models in a pipeline that was fitted, or loaded by <c>ml.Model.Load</c>.</summary>
public static class GradientBlendingModelExtensions
{
    /// <summary>
    /// Finds the one Gradient Blending model in a fitted or loaded pipeline, at any depth. Where the argument is such a model itself, it is returned.
    /// </summary>
    /// <param name="model">The fitted pipeline, a part of it, or a model that was loaded.</param>
    /// <returns>The model, not a copy: it has the history of its training, and disposing of the pipeline disposes of it.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="model"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">There is no Gradient Blending model, or there are several; the message says what there is.</exception>
    /// <example>
    /// <code>
    /// ITransformer model = pipeline.Fit(train);
    /// TrainingHistory history = model.GradientBlendingModel().History;
    /// </code>
    /// </example>
    public static GradientBlendingTransformer GradientBlendingModel(this ITransformer model)
    {
        var found = model.GradientBlendingModels();
        return found.Count switch
        {
            1 => found[0],
            0 => throw new ArgumentException($"There is no Gradient Blending model in it, but: {string.Join(", "
                + $"", Parts(model).Select(p => p.GetType().Name))}. Give the model of a pipeline with a GradientBlending trainer.", nameof(model)),
            _ => throw new ArgumentException($"There are {found.Count} Gradient Blending models ({string.Join("; "
                + $"", found.Select(m => $"of {string.Join(", ", m.ModalityColumns)}"))}). Take one of GradientBlendingModels().", nameof(model)),
        };
    }

    /// <summary>Finds all Gradient Blending models in a fitted or loaded pipeline, at any depth, in the order of its steps.</summary>
    /// <param name="model">The fitted pipeline, a part of it, or a model that was loaded.</param>
    /// <returns>The models, not copies; the list is empty where there is none.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="model"/> is <see langword="null"/>.</exception>
    public static IReadOnlyList<GradientBlendingTransformer> GradientBlendingModels(this ITransformer model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return [.. Parts(model).OfType<GradientBlendingTransformer>()];
    }

    /// <summary>The steps of a pipeline that are no pipelines themselves.</summary>
    private static IEnumerable<ITransformer> Parts(ITransformer model) => model switch
    {
        IEnumerable<ITransformer> chain => chain.SelectMany(Parts),
        FeatureImportanceTransformer view => [view.Model],
        _ => [model],
    };
}
