using System.Text.Json;

namespace Serving;

/// <summary>Reads the rows of a request for a model.</summary>
/// <param name="model">The model.</param>
/// <param name="metrics">Counts what rows lack.</param>
internal sealed class RowReader(ServedModel model, ServingMetrics metrics)
{
    /// <summary>Reads rows from the body of a request, {"rows": [{...}, ...]}, {...} for one row, or an array of rows.</summary>
    /// <param name="body">The body.</param>
    /// <param name="most">The most rows.</param>
    /// <param name="files">The file of a column of a row, where there is one: its path, or its bytes.</param>
    /// <exception cref="BadRowException">It is none that the model can score.</exception>
    public List<object[]> Read(JsonElement body, int most, Func<int, InputColumn, object?> files)
    {
        if (body.ValueKind == JsonValueKind.Object && body.TryGetProperty("rows", out var inner) && inner.ValueKind == JsonValueKind.Array)
            body = inner;
        JsonElement[] rows = body.ValueKind switch
        {
            JsonValueKind.Object => [body],
            JsonValueKind.Array => [.. body.EnumerateArray()],
            _ => throw new BadRowException($"The body is {JsonText.Of(body)}; send {{\"rows\": [{{...}}, ...]}}."),
        };
        if (rows.Length == 0)
            throw new BadRowException("The body has no rows.");
        return rows.Length <= most ? [.. rows.Select((row, i) => Row(row, i, files))]
            : throw new BadRowException($"The body has {rows.Length} rows, and a request may have {most}. Send several.");
    }

    private object[] Row(JsonElement json, int index, Func<int, InputColumn, object?> files)
    {
        string place = $"Row {index} (counted from 0)";
        if (json.ValueKind != JsonValueKind.Object)
            throw new BadRowException($"{place} is {JsonText.Of(json)}; a row is an object with a property for each column.");
        foreach (var property in json.EnumerateObject())
        {
            if (model.Inputs.All(column => column.Name != property.Name))
            {
                throw new BadRowException($"{place} has '{property.Name}', which is no column of the model. Its columns are "
                    + $"{string.Join(", ", model.Inputs.Where(column => column.IsNeeded).Select(column => $"'{column.Name}'"))}.");
            }
        }
        return [.. model.Inputs.Select(column => Value(json, column, place, files(index, column)))];
    }

    private object Value(JsonElement row, InputColumn column, string place, object? file)
    {
        bool isGiven = row.TryGetProperty(column.Name, out var json) && json.ValueKind != JsonValueKind.Null;
        if (file is not null)
            return isGiven ? throw new BadRowException($"{place}: '{column.Name}' is given as a file and in the row. Leave one out.") : file;
        // A path in a request would open a file of the server.
        if (isGiven && column.IsFile)
            throw new BadRowException($"{place}: '{column.Name}' is a file. Send it as a part of a form, to /predict/files.");
        if (!isGiven)
        {
            if (column.IsNeeded)
                metrics.Lacks(column.Name);
            return column.Nothing ?? throw new BadRowException($"{place} has no '{column.Name}', which the model needs ({column.Type}).");
        }
        try
        {
            return column.Read(json);
        }
        catch (BadRowException e)
        {
            throw new BadRowException($"{place}: '{column.Name}' {e.Message}.", e);
        }
    }
}
