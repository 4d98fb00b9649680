using Microsoft.ML;

namespace GBlend.MLNet;

public sealed partial class GradientBlendingTrainer
{
    /// <summary>Reads the rows for several fits. They must have the same label, hold-out options and handling of missing values.</summary>
    /// <exception cref="InvalidOperationException">The options have no seed, or a row can't be used.</exception>
    internal FitRows ReadRows(IDataView input)
    {
        var kind = CheckAll(SchemaShape.Create(input.Schema));
        int seed = _options.Seed ?? throw new InvalidOperationException("Rows are shared by fits of one seed. Set Options.Seed.");
        var warnings = new WarnsOnce();
        return new(input, FitMemory.Watch(_options, () => ReadRows(input, kind, seed, warnings)), seed, warnings);
    }

    /// <summary>Checks that the columns of the options are there, with the types that they need.</summary>
    internal void CheckColumns(DataViewSchema schema) => CheckAll(SchemaShape.Create(schema));

    /// <summary>Begins a fit that can pause. Fits of the seed of the rows share them, others read them again.</summary>
    internal PausableFit Begin(FitRows rows)
    {
        var kind = CheckAll(SchemaShape.Create(rows.View.Schema));
        int seed = _options.Seed ?? rows.Seed;
        bool isShared = seed == rows.Seed;
        using var log = new TrainingLog(_host, TrainingLog.Reading, _options.CancellationToken);
        return FitMemory.Watch(_options, () =>
        {
            var data = isShared ? rows.For(_options, log) : ReadRows(rows.View, kind, seed, new WarnsOnce());
            try
            {
                return new PausableFit(_host, data, ownsRows: !isShared, Settings(data.Modalities, kind, seed, log), _options);
            }
            catch when (!isShared)
            {
                data.Rows.Dispose();
                throw;
            }
        });
    }

    private TrainingData ReadRows(IDataView input, OutputKind kind, int seed, WarnsOnce warnings)
    {
        using var log = new TrainingLog(_host, TrainingLog.Reading, _options.CancellationToken);
        return TrainingData.Read(input, _options, kind, seed, warnings.Of(log));
    }
}
