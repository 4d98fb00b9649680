using System.Text.Json;
using System.Text.Json.Nodes;
using GBlend.MLNet;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Serving;

/// <summary>A loaded model, and what it reads and gives. It is freed when it is retired and nobody uses it any more.</summary>
internal sealed class ServedModel
{
    private readonly ITransformer _model;
    private readonly DataViewSchema _schema;
    private readonly DataViewSchema.Column[] _outputs;
    private int _users = 1;

    private ServedModel(ITransformer model, DataViewSchema schema)
    {
        (_model, _schema) = (model, schema);
        var steps = Steps(model).ToArray();
        if (steps.Any(step => step.GetType().Name == "ImageLoadingTransformer"))
        {
            throw new InvalidDataException("The model reads pictures by ML.NET's LoadImages, whose paths would come from requests. Train it with "
                + "ml.Transforms.LoadImage of GBlend.MLNet.Media, to which files can be sent.");
        }
        var own = model.GradientBlendingModel();
        var output = model.GetOutputSchema(schema);
        _outputs = [.. output.Where(OutputColumn.IsAnswer).Where(column => schema.GetColumnOrNull(column.Name) is null)];
        var needed = model.GetRowToRowMapper(schema).GetDependencies(_outputs).Select(column => column.Index).ToHashSet();
        var files = steps.OfType<MediaTransformer>().Select(step => step.InputColumnName).ToHashSet();
        Inputs = [.. schema.Select(column => InputColumn.Of(
            column, needed.Contains(column.Index), files.Contains(column.Name) && column.Type is TextDataViewType))];
        Classes = OutputColumn.Names(_outputs.First(column => column.Name == "Score"), "SlotNames") ?? [];
        Description = new JsonObject
        {
            ["task"] = own.Task.ToString(),
            ["answer"] = own.History.Answer,
            ["classes"] = new JsonArray([.. Classes.Select(name => JsonValue.Create(name))]),
            ["columns"] = new JsonArray([.. Inputs.Where(column => column.IsNeeded).Select(column => new JsonObject
            {
                ["name"] = column.Name,
                ["type"] = column.IsFile || column.IsBytes ? "a file" : column.Type.ToString(),
                ["mayBeMissing"] = column.Nothing is not null,
            })]),
            ["gives"] = new JsonArray([.. _outputs.Select(column => JsonValue.Create(column.Name))]),
        };
    }

    /// <summary>All columns of the data that the model was trained on, by index.</summary>
    public IReadOnlyList<InputColumn> Inputs { get; }

    /// <summary>The names of the classes, in the order of the scores.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>What callers should know of it.</summary>
    public JsonObject Description { get; }

    /// <summary>A row such as a caller can send.</summary>
    public string Example =>
        $"{{{string.Join(", ", Inputs.Where(column => column.IsNeeded && !column.IsFile).Select(c => $"{JsonSerializer.Serialize(c.Name)}: {c.Example}"))}}}";

    /// <summary>Loads a model.</summary>
    /// <exception cref="InvalidDataException">It can't be loaded, or not be served; the message says why.</exception>
    public static ServedModel Load(string path)
    {
        try
        {
            // In memory, so that a file that is being replaced is read as it was at one moment or found damaged, and is not held open.
            using var file = new MemoryStream(File.ReadAllBytes(path));
            var model = new MLContext().Model.Load(file, out var schema);
            try
            {
                return new(model, schema ?? throw new InvalidDataException("The model was saved without the schema of its data: save it with ml.Model.Save."));
            }
            catch
            {
                (model as IDisposable)?.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is not (InvalidDataException or IOException))
        {
            throw new InvalidDataException($"'{path}' can't be served: {e.GetBaseException().Message}", e);
        }
    }

    /// <summary>Begins a use of the model.</summary>
    /// <returns>False where it is gone; take the one that has come in its place.</returns>
    public bool TryUse()
    {
        for (int users = Volatile.Read(ref _users); users > 0; users = Volatile.Read(ref _users))
        {
            if (Interlocked.CompareExchange(ref _users, users + 1, users) == users)
                return true;
        }
        return false;
    }

    /// <summary>Ends a use, or, called by its owner, the first one.</summary>
    public void EndUse()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            (_model as IDisposable)?.Dispose();
    }

    /// <summary>Scores rows together.</summary>
    /// <returns>An object for each row.</returns>
    public JsonObject[] Score(IReadOnlyList<object[]> rows)
    {
        var scored = _model.Transform(new RowsView(_schema, Inputs, rows));
        var columns = _outputs.Select(column => scored.Schema[column.Name]).ToArray();
        using var cursor = scored.GetRowCursor(columns);
        var readers = columns.Select(column => (column.Name, Read: OutputColumn.Reader(cursor, column))).ToArray();
        var answers = new List<JsonObject>(rows.Count);
        while (cursor.MoveNext())
            answers.Add(new JsonObject(readers.Select(reader => KeyValuePair.Create(reader.Name, reader.Read()))));
        if (answers.Count != rows.Count)
            throw new BadRowException("has a file that can't be used: the model leaves such rows out");
        return [.. answers];
    }

    private static IEnumerable<ITransformer> Steps(ITransformer model) =>
        model is IEnumerable<ITransformer> chain ? chain.SelectMany(Steps) : [model];
}
